"""The demo's page without a browser: its words, its chats, its account, its doors."""

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

from demo.control import NAMES
from demo.page.account import SECRET, TOKEN, Account
from demo.page.chats import BUBBLES_LIMIT, GUESTS_LIMIT, Chats
from demo.page.crowd import Answer, Crowd
from demo.page.news import News
from demo.page.running import served
from demo.page.server import WORDS
from demo.page.view import House, chat_view, house_view
from demo.page.words import GROUPS, wanted
from fakes.clock import EPOCH, FakeClock
from fakes.page import a_demo_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SAMPLES = Path(__file__).parent.parent / "data" / "whatsapp"
AT = EPOCH


def test_every_fault_is_on_the_page_once() -> None:
    """What the control API can break, a hotelier can, in both languages."""
    assert sorted(sum(GROUPS.values(), ())) == sorted(NAMES)
    for words in WORDS.values():
        assert set(words.faults) == set(NAMES)
        assert set(GROUPS) < set(words.groups)


def test_both_languages_say_the_same() -> None:
    """No word of the page is missing in the other language."""
    for part in ("page", "groups", "faults", "states", "causes", "operations", "ticks"):
        es, en = (set(getattr(words, part)) for words in WORDS.values())
        assert es == en


@pytest.mark.parametrize(
    ("asked", "accepted", "lang"),
    [
        (None, "", "es"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "pt-BR, en;q=0.5, es;q=0.8", "es"),
        (None, "fr, *;q=0.1", "es"),
        (None, "en;q=9, x" * 50, "es"),
        ("en", "es-AR", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_browsers_language_is_taken(
    asked: str | None, accepted: str, lang: str
) -> None:
    """The switch wins, then the browser's best of the two, then Spanish."""
    assert wanted(asked, accepted) == lang


def test_chats_are_bounded() -> None:
    """The first guest leaves for a new one, the first message for a newer one."""
    chats = Chats()
    opened = [chats.open() for _ in range(GUESTS_LIMIT + 1)]
    for number in range(BUBBLES_LIMIT + 1):
        chats.say(opened[-1], str(number), id_=str(number), at=AT)

    assert [chat.guest for chat in chats] == [chat.guest for chat in opened[1:]]
    assert opened[-1].bubbles[0].text == "1"
    assert opened[8].name == "Ana 2"


def test_what_is_read_was_read_in_order() -> None:
    """A mark is for the older messages too, never for newer ones."""
    chats = Chats()
    chat = chats.open()
    for id_ in ("a", "b", "c"):
        chats.say(chat, id_, id_=id_, at=AT)
    chats.mark("b", "read", is_typing=True)

    assert [bubble.tick for bubble in chat.bubbles] == ["read", "read", "sent"]
    assert chat.is_typing


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": "5491100000001"},
        {"to": "5491100000001", "text": "Hola"},
        {"to": "5499999999999", "text": {"body": "Hola"}},
    ],
)
def test_what_no_phone_can_show_is_not_kept(body: dict[str, Any]) -> None:
    """A message to nobody, or of no known form, is refused."""
    chats = Chats()
    chat = chats.open()
    assert chats.hear(body, id_="x", at=AT) is None
    assert not chat.bubbles


def test_a_guests_words_stay_words() -> None:
    """The view carries them letter by letter; the browser shows them as text."""
    chats = Chats()
    chat = chats.open()
    chats.say(chat, "<b>5 & 3</b>", id_="x", at=AT)
    shown = chat_view(chat, WORDS["en"])["bubbles"][0]
    assert (shown["text"], shown["ticked"]) == ("<b>5 & 3</b>", "sent")


def test_the_state_is_told_in_words() -> None:
    """State, cause, countdown, failures and answers are sentences, newest first."""
    failure = {"at": "2026-11-25T03:00:00Z", "operation": "availability"}
    breaker = {
        "state": "open",
        "cause": "credentials",
        "retry_after_s": 12,
        "forced": None,
        "last_failures": [
            {**failure, "cause": "down"},
            {**failure, "cause": "credentials"},
        ],
    }
    house = House(
        status={"breaker": breaker, "cache": {"entries": 3}},
        nights=180,
        fault="expired_key",
        is_crowded=True,
        answers=[Answer(AT, "rooms", 4), Answer(AT, "stale", 4, 42)],
    )
    shown = house_view(house, WORDS["en"])

    assert shown["texts"] == {
        "state": "Open",
        "means": "The PMS is not asked: kept data, with a notice, and no bookings.",
        "cause": "The PMS refuses the proxy's key; the PMS itself is up.",
        "probe": "in 12 s",
        "held": "Copies: 3. Nights of the calendar: 180.",
        "pms": "Broken: Key expired.",
    }
    failures = [row["text"] for row in shown["lists"]["failures"]]
    assert failures[0] == "The key is refused (availability)"
    answers = [row["text"] for row in shown["lists"]["answers"]]
    assert answers[0] == "Room types: 4. 42 s old, with a notice."


def test_a_proxy_that_is_away_is_no_healthy_one() -> None:
    """Where its status cannot be read the page says so."""
    house = House(status=None, nights=0, fault=None, is_crowded=True, answers=[])
    shown = house_view(house, WORDS["es"])
    assert shown["state"] == "unknown"
    assert shown["texts"]["means"] == "El proxy no responde."


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
        offer = account.chats.hear({**offered, "to": chat.guest}, id_="out", at=AT)
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


async def test_the_page_is_strict() -> None:
    """Nothing from elsewhere, nothing inline, nothing kept, in either language."""
    async with a_demo_page() as page, aiohttp.ClientSession() as session:
        async with session.get(page.url, headers={"Accept-Language": "en"}) as answer:
            html, policy = await answer.text(), answer.headers
        assert '<html lang="en">' in html
        assert " style=" not in html
        assert "default-src 'none'" in policy["Content-Security-Policy"]
        async with session.get(f"{page.url}/page.js") as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/guests", "", {"Origin": "http://evil.example"}, 403),
        ("/guests", "", {"Host": "evil.example"}, 403),
        ("/pms/faults/hang", "", {"Origin": "http://evil.example"}, 403),
        ("/guests/1/texts", '{"text": "Hola"}', {}, 404),
        ("/guests/5491100000001/texts", "Hola", {}, 400),
        ("/guests/5491100000001/texts", '{"text": ""}', {}, 400),
        ("/guests/5491100000001/texts", '{"text": 5}', {}, 400),
        ("/guests/5491100000001/taps", '{"number": 99, "choice": "x"}', {}, 400),
        ("/pms/faults/flood", "", {}, 404),
        ("/say", "", {}, 400),
    ],
)
async def test_what_the_page_does_not_send_is_refused(
    path: str, body: str, headers: dict[str, str], status: int
) -> None:
    """Other sites, unknown guests and faults, and bodies of no shape do nothing."""
    async with a_demo_page() as page, aiohttp.ClientSession() as session:
        async with session.post(
            f"{page.url}{path}", data=body, headers=headers
        ) as answer:
            assert answer.status == status
        assert page.pms.fault is None
        assert [len(chat.bubbles) for chat in page.account.chats] == [0]
