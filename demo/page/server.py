"""
The page's own server, the only one that the browser talks to.

It speaks to nobody but this machine's browsers: another site's page is turned away.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp_sse import sse_response
from jinja2 import Environment, FileSystemLoader

from demo.control import make_control, playing
from demo.page.view import House, chat_view, house_view
from demo.page.words import GROUPS, Lang, Words, wanted
from demo.page.words_en import EN
from demo.page.words_es import ES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.typedefs import Handler

    from demo.exchange import Clock
    from demo.page.account import Account
    from demo.page.chats import Chat
    from demo.page.crowd import Crowd
    from demo.page.news import News
    from demo.standin import StandIn

FILES = Path(__file__).parent / "files"
WORDS: dict[Lang, Words] = {"es": ES, "en": EN}
# How often an open page looks at the proxy, seconds; chats come at once.
LOOK_S = 0.5
# A Host of this machine, as browsers write it.
HERE = re.compile(r"127\.0\.0\.1(:\d+)?")
# Above the agent's 6 s between two replies to one guest.
REPLY_WITHIN_S = 15.0
TEXT_LIMIT, BODY_LIMIT_BYTES, BROWSERS_LIMIT = 1000, 16_384, 16
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    The handlers, and what they show and move.

    `proxy_status` gives the proxy's `/status.json`, None where it does not answer.
    """

    pms: StandIn
    proxy_status: Callable[[], Awaitable[dict[str, Any] | None]]
    account: Account
    crowd: Crowd
    news: News
    clock: Clock

    def app(self) -> web.Application:
        """Build the server's application."""
        app = web.Application(
            middlewares=[_only_from_here], client_max_size=BODY_LIMIT_BYTES
        )
        app.on_response_prepare.append(_harden)
        app.add_routes(
            [
                web.get("/", self._show),
                web.get("/events", self._tell),
                web.post("/guests", self._come),
                web.post("/guests/{guest}/texts", self._write),
                web.post("/guests/{guest}/taps", self._tap),
                web.post("/say", self._say),
                web.put("/crowd", self._crowd),
                *(web.get(f"/{name}", _file) for name in _FILE_NAMES),
            ]
        )
        app.add_subapp("/pms/", make_control(self.pms))
        return app

    async def _show(self, request: web.Request) -> web.Response:
        words = _words(request)
        today = self.clock.wall().date()
        html = _TEMPLATES.get_template("page.html").render(
            words=words,
            say=words.page,
            groups=GROUPS,
            other="en" if words.lang == "es" else "es",
            example=words.page["example"].format(
                checkin=f"{today + timedelta(days=20):%d/%m/%Y}",
                checkout=f"{today + timedelta(days=22):%d/%m/%Y}",
            ),
        )
        return web.Response(text=html, content_type="text/html")

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        """Send what is, then each change."""
        if self.crowd.watchers >= BROWSERS_LIMIT:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.\n")
        words, seen, last = _words(request), 0, ""
        self.crowd.watchers += 1
        try:
            async with sse_response(request) as events:
                while events.is_connected():
                    chats, now = self.account.chats, self.account.chats.version
                    for chat in [one for one in chats if one.version > seen]:
                        await events.send(_json(chat_view(chat, words)), event="chat")
                    house = _json(house_view(await self._house(), words))
                    if house != last:
                        await events.send(house, event="house")
                    seen, last = now, house
                    await self.news.within(LOOK_S)
                return events
        except ConnectionResetError:
            raise asyncio.CancelledError from None  # The page was closed.
        finally:
            self.crowd.watchers -= 1

    async def _house(self) -> House:
        return House(
            status=await self.proxy_status(),
            fault=playing(self.pms),
            is_crowded=self.crowd.is_on,
            answers=tuple(self.crowd.answers),
        )

    async def _come(self, _: web.Request) -> web.Response:
        chat = self.account.chats.open()
        self.news.tell()
        return web.json_response({"guest": chat.guest, "name": chat.name})

    async def _write(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await _body(request)
        text = body.get("text")
        if not isinstance(text, str) or not 0 < len(text) <= TEXT_LIMIT:
            raise web.HTTPBadRequest(text=f"text has 1 to {TEXT_LIMIT} letters.\n")
        # Half a surrogate pair is legal JSON and no text: it becomes a "?".
        text = text.encode(errors="replace").decode()
        return web.json_response({"number": self.account.say(chat, text).number})

    async def _tap(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await _body(request)
        offer = chat.bubble(body.get("number", 0))
        for choice in offer.choices if offer else ():
            if offer and choice["id"] == body.get("choice"):
                self.account.tap(chat, offer, choice)
                return web.json_response({})
        raise web.HTTPBadRequest(text="There is no such choice.\n")

    async def _say(self, request: web.Request) -> web.Response:
        """Write as the first guest, from a shell; answer with the hotel's reply."""
        text = (await request.text()).strip()
        if not 0 < len(text) <= TEXT_LIMIT:
            raise web.HTTPBadRequest(text=f"Write 1 to {TEXT_LIMIT} letters.\n")
        chat = next(iter(self.account.chats))
        said = self.account.say(chat, text)
        until = self.clock.monotonic() + REPLY_WITHIN_S
        while self.clock.monotonic() < until:
            for bubble in chat.bubbles:
                if not bubble.is_guests and bubble.number > said.number:
                    return web.Response(text=f"{bubble.text}\n")
            await self.news.within(LOOK_S)
        raise web.HTTPGatewayTimeout(text="No reply yet; the page will show it.\n")

    async def _crowd(self, request: web.Request) -> web.Response:
        self.crowd.is_on = (await _body(request)).get("on") is True
        self.news.tell()
        return web.json_response({})

    def _chat(self, request: web.Request) -> Chat:
        chat = self.account.chats.get(request.match_info["guest"])
        if chat is None:
            raise web.HTTPNotFound(text="There is no such guest.\n")
        return chat


_FILE_NAMES = ("page.css", "page.js", "icon.svg")
_TEMPLATES = Environment(loader=FileSystemLoader(FILES), autoescape=True)


async def _file(request: web.Request) -> web.FileResponse:
    return web.FileResponse(FILES / request.path.removeprefix("/"))


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


@web.middleware
async def _only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away names that lead here from elsewhere, and what other pages send."""
    own = f"http://{request.host}"
    if not HERE.fullmatch(request.host) or request.headers.get("Origin", own) != own:
        raise web.HTTPForbidden(text="This page is for this machine alone.\n")
    return await handler(request)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="The body is a JSON object.\n")
    return body


def _words(request: web.Request) -> Words:
    accepted = request.headers.get("Accept-Language", "")
    return WORDS[wanted(request.query.get("lang"), accepted)]


def _json(view: dict[str, Any]) -> str:
    return json.dumps(view, ensure_ascii=False)
