"""The hotel's WhatsApp account that the demo plays, and its other guests."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from demo.page.account import SECRET, TOKEN, Account
from demo.page.crowd import Crowd
from demo.page.news import News
from demo.page.running import served
from fakes.clock import EPOCH, FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SAMPLES = Path(__file__).parent.parent / "data" / "whatsapp"


class Agent:
    """A webhook that keeps what it took, after as many 503s as it is told."""

    def __init__(self, *, refusals: int = 0, status: int = 503) -> None:
        self.took: list[dict[str, Any]] = []
        self._refusals = refusals
        self._status = status

    async def receive(self, request: web.Request) -> web.Response:
        """Take a delivery, if it is signed."""
        raw = await request.read()
        signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == f"sha256={signature}"
        self.took.append(json.loads(raw)["entry"][0]["changes"][0]["value"])
        self._refusals -= 1
        return web.Response(status=200 if self._refusals < 0 else self._status)


@asynccontextmanager
async def an_account(agent: Agent) -> AsyncIterator[tuple[Account, FakeClock]]:
    """Open an account before a webhook; its clock has to be turned."""
    app, clock = web.Application(), FakeClock()
    app.add_routes([web.post("/", agent.receive)])
    async with aiohttp.ClientSession() as session, served(app) as url:
        account = Account(News(), session, clock)
        account.webhook = url
        try:
            yield account, clock
        finally:
            await account.close()


async def _until(agent: Agent, count: int, clock: FakeClock) -> None:
    async with asyncio.timeout(5):
        while len(agent.took) < count:
            clock.advance(0.5)
            await asyncio.sleep(0.001)


async def test_a_message_comes_again_until_it_is_taken() -> None:
    """After two 503s the same message, by its id, is delivered a third time."""
    agent = Agent(refusals=2)
    async with an_account(agent) as (account, clock):
        account.say(account.chats.open(), "Hola")
        await _until(agent, 3, clock)
    assert len({took["messages"][0]["id"] for took in agent.took}) == 1


async def test_a_refused_message_is_told_as_lost() -> None:
    """What the webhook refuses for good is marked, and not sent again."""
    agent = Agent(refusals=1, status=401)
    async with an_account(agent) as (account, clock):
        said = account.say(account.chats.open(), "Hola")
        async with asyncio.timeout(5):
            while said.tick != "lost":
                clock.advance(0.5)
                await asyncio.sleep(0.001)
    assert len(agent.took) == 1


@pytest.mark.parametrize(
    ("sent", "sample", "choice"),
    [
        ("out_buttons.json", "in_button_reply.json", "confirm:yes:bk_8f2c"),
        ("out_list.json", "in_list_reply.json", "room:double"),
    ],
)
async def test_a_tap_is_whatsapps(sent: str, sample: str, choice: str) -> None:
    """A tap on what the hotel sent is delivered in the form of WhatsApp's sample."""
    offered = json.loads((SAMPLES / sent).read_text())
    delivery = json.loads((SAMPLES / sample).read_text())
    wanted_message = delivery["entry"][0]["changes"][0]["value"]["messages"][0]
    agent = Agent()
    async with an_account(agent) as (account, clock):
        chat = account.chats.open()
        offer = account.chats.hear({**offered, "to": chat.guest}, id_="out", at=EPOCH)
        assert offer is not None
        tapped = next(one for one in offer.choices if one["id"] == choice)
        account.tap(chat, offer, tapped)
        await _until(agent, 1, clock)
    message = agent.took[0]["messages"][0]
    assert message["interactive"] == wanted_message["interactive"]
    assert set(message) == set(wanted_message) - {"from_user_id"}
    assert message["context"]["id"] == "out"


async def test_the_graph_takes_what_the_agent_sends() -> None:
    """Texts go to their chat, a read mark shows typing; a wrong token is refused."""
    async with an_account(Agent()) as (account, _):
        chat = account.chats.open()
        said = account.say(chat, "Hola")
        url = account.settings("")["AGENT_WHATSAPP_API_URL"]
        url += f"/{account.settings('')['AGENT_WHATSAPP_PHONE_NUMBER_ID']}/messages"
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        read = {
            "status": "read",
            "message_id": said.id,
            "typing_indicator": {"type": "text"},
        }
        text = {"to": chat.guest, "type": "text", "text": {"body": "¡Hola!"}}
        async with TestClient(TestServer(account.graph())) as graph:
            assert (await graph.post(url, json=text)).status == 401
            assert (await graph.post(url, json=read, headers=bearer)).status == 200
            assert (said.tick, chat.is_typing) == ("read", True)
            answer = await graph.post(url, json=text, headers=bearer)
            assert (await answer.json())["messages"][0]["id"].startswith("wamid.")
            nobody = {**text, "to": "1"}
            assert (await graph.post(url, json=nobody, headers=bearer)).status == 400
    assert (chat.bubbles[-1].text, chat.is_typing) == ("¡Hola!", False)


async def test_the_crowd_asks_only_while_somebody_watches() -> None:
    """No question without a page; with one, each answer is kept as it was."""
    answers = iter([{"rooms": [1], "potentially_stale": True, "data_age_s": 7}, {}])

    async def rooms(_: web.Request) -> web.Response:
        return web.json_response(next(answers, {"rooms": [1, 2]}))

    app, clock = web.Application(), FakeClock()
    app.add_routes([web.get("/", rooms)])
    async with aiohttp.ClientSession() as session, served(app) as url:
        crowd = Crowd(url, session, clock, every_s=1)
        asking = asyncio.create_task(crowd.run())
        for _ in range(5):
            clock.advance(1)
            await asyncio.sleep(0.01)
        assert not crowd.answers
        crowd.watchers = 1
        for count in (1, 2, 3):
            clock.advance(1)
            async with asyncio.timeout(5):
                while len(crowd.answers) < count:
                    await asyncio.sleep(0.001)
        asking.cancel()
    got = [(one.got, one.rooms, one.age_s) for one in crowd.answers]
    assert got == [("stale", 1, 7), ("nothing", 0, 0), ("rooms", 2, 0)]
