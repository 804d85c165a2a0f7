from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, TypeAlias

import pytest
from structlog.testing import capture_logs

from agent.messages import Phrase
from agent.replies.render import PHRASES
from fakes.deliveries import PATH, PHONE, body, deliver
from fakes.whatsapp import NUMBER, RATE, TOKEN, UNAVAILABLE, FakeWhatsApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

    Client: TypeAlias = TestClient[web.Request, web.Application]
    StartAgent: TypeAlias = Callable[..., Awaitable[Client]]


RETRIED = 'agent_replies_total{outcome="retried"} 1.0'


async def pass_until(clock: FakeClock, is_so: Callable[[], bool]) -> None:
    """Turn the clock in small steps until something is so."""
    while not is_so():
        clock.advance(0.1)
        await asyncio.sleep(0.01)


async def exports(agent: Client, line: str) -> None:
    """Wait until the agent's metrics hold a line."""
    while line not in await (await agent.get("/metrics")).text():
        await asyncio.sleep(0.01)


async def say(agent: Client, text: str) -> str:
    """Say one thing as a guest and return the reply."""
    (reply,) = (await deliver(agent, body(text)))["replies"]
    assert reply["to"] == PHONE
    return str(reply["text"])


@pytest.fixture
async def cloud(clock: FakeClock) -> FakeWhatsApp:
    """Answer as the Cloud API, until told otherwise."""
    return FakeWhatsApp(clock)


@pytest.fixture
async def account(
    start_agent: StartAgent, cloud: FakeWhatsApp, aiohttp_server: AiohttpServer
) -> Client:
    """Start an agent with a WhatsApp account."""
    server = await aiohttp_server(cloud.app())
    return await start_agent(
        AGENT_WHATSAPP_ACCESS_TOKEN=TOKEN,
        AGENT_WHATSAPP_PHONE_NUMBER_ID=NUMBER,
        AGENT_WHATSAPP_API_URL=str(server.make_url("/v23.0")),
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("hub.mode=subscribe&hub.verify_token=let-me-in&hub.challenge=42", 200),
        ("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=42", 403),
        ("hub.mode=subscribe&hub.verify_token=%ed%a0%80&hub.challenge=42", 403),
        ("hub.mode=unsubscribe&hub.verify_token=let-me-in&hub.challenge=42", 403),
        ("hub.mode=subscribe&hub.verify_token=let-me-in", 403),
        ("", 403),
    ],
)
async def test_verification(start_agent: StartAgent, query: str, status: int) -> None:
    """The challenge is echoed to whoever knows the verify token, to nobody else."""
    agent = await start_agent(AGENT_WHATSAPP_VERIFY_TOKEN="let-me-in")  # noqa: S106
    answer = await agent.get(f"{PATH}?{query}")
    assert answer.status == status
    assert (await answer.text() == "42") is (status == 200)


async def test_verification_without_a_token(agent: Client) -> None:
    """Without a verify token nobody is verified."""
    query = "hub.mode=subscribe&hub.verify_token=&hub.challenge=42"
    assert (await agent.get(f"{PATH}?{query}")).status == 403


async def test_signature(
    start_agent: StartAgent, sample: Callable[[str], bytes]
) -> None:
    """A body signed as in the sample is taken; any other signature is a 401."""
    example = json.loads(sample("signature-example"))
    agent = await start_agent(AGENT_WHATSAPP_APP_SECRET=example["app_secret"])
    raw, right = sample("in_text"), example["X-Hub-Signature-256"]
    for wrong in (None, "", "sha256=", right.removeprefix("sha256="), right[:-1], "ñ"):
        headers = {"X-Hub-Signature-256": wrong} if wrong is not None else {}
        answer = await agent.post(PATH, data=raw, headers=headers)
        assert answer.status == 401
    headers = {"X-Hub-Signature-256": right}
    assert (await agent.post(PATH, data=raw + b" ", headers=headers)).status == 401
    answer = await agent.post(PATH, data=raw, headers=headers)
    assert (await answer.json())["processed"] == 1


async def test_reply(agent: Client, sample: Callable[[str], bytes]) -> None:
    """A text is answered in the webhook's answer, beside the breaker's state."""
    answer = await deliver(agent, sample("in_text"))
    assert answer == {
        "pms_circuit_breaker": "closed",
        "processed": 1,
        "replies": [
            {
                "to": PHONE,
                "text": "Del sáb 5 dic al mar 8 dic (3 noches), 2 adultos:\n"
                "1. General Rooms: US$ 1.300\n"
                "2. Delux Rooms: US$ 1.820\n"
                "Es el precio total de la estadía, con impuestos.\n"
                "¿Cuál te gustaría?",
            }
        ],
    }


async def test_room_by_the_houses_own_name(agent: Client) -> None:
    """A first message that books it is answered with its summary, and no list."""
    for room in ("delux", "deluxe"):
        said = await say(agent, f"reservame la {room} del 20 al 22 de enero para 2")
        assert "Delux Rooms" in said
        assert "General Rooms" not in said
        assert said.endswith(PHRASES["es"][Phrase.ASK_CONFIRMATION])
        await say(agent, "empezar de nuevo")


async def test_default_nights(start_agent: StartAgent) -> None:
    """An arrival alone means as many nights as the house says."""
    agent = await start_agent(AGENT_DEFAULT_NIGHTS="3")
    assert "(3 noches)" in await say(agent, "el 5 de diciembre para 2")


async def test_delivered_twice(agent: Client, sample: Callable[[str], bytes]) -> None:
    """The same message again is answered no more."""
    await deliver(agent, sample("in_text"))
    again = await deliver(agent, sample("in_duplicate_of_text"))
    assert (again["processed"], again["replies"]) == (0, [])


async def test_batch(agent: Client, sample: Callable[[str], bytes]) -> None:
    """What a guest writes in one go has one answer."""
    answer = await deliver(agent, sample("in_batch_two_messages"))
    assert answer["processed"] == 2
    (reply,) = answer["replies"]
    assert "(3 noches)" in reply["text"]


@pytest.mark.parametrize(
    "name",
    [
        *("in_status_delivered", "in_status_failed_131047", "in_status_read"),
        *("in_status_sent", "in_errors_account_130429"),
        *("in_reaction", "in_reaction_removed"),
    ],
)
async def test_nothing_to_answer(
    agent: Client, sample: Callable[[str], bytes], name: str
) -> None:
    """Statuses, errors and reactions are taken and not answered."""
    answer = await deliver(agent, sample(name))
    assert (answer["processed"], answer["replies"]) == (0, [])


@pytest.mark.parametrize("name", ["audio", "image", "location", "unsupported"])
async def test_no_text(
    agent: Client, sample: Callable[[str], bytes], name: str
) -> None:
    """What is no text is answered once: that text is understood."""
    answer = await deliver(agent, sample(f"in_{name}"))
    (reply,) = answer["replies"]
    assert reply["text"] == PHRASES["es"][Phrase.ONLY_TEXT]
    again = await deliver(agent, sample(f"in_{name}"))
    assert (again["processed"], again["replies"]) == (0, [])


@pytest.mark.parametrize("name", ["button_reply", "list_reply", "quoted_text"])
async def test_taps_and_quotes(
    agent: Client, sample: Callable[[str], bytes], name: str
) -> None:
    """A tap on a button or a row, and a quoting text, are texts."""
    answer = await deliver(agent, sample(f"in_{name}"))
    (reply,) = answer["replies"]
    assert reply["text"] != PHRASES["es"][Phrase.ONLY_TEXT]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"{}", b"\xff", b"[" * 100_000])
async def test_bad_body(agent: Client, raw: bytes) -> None:
    """A body that is not WhatsApp's is a 400, in one sentence."""
    answer = await agent.post(PATH, data=raw)
    assert answer.status == 400
    assert answer.content_type == "application/problem+json"
    assert (await answer.json())["detail"].startswith("The body is not")


@pytest.mark.parametrize(
    "text",
    ["", "😀" * 1000, "9" * 5000, "\x00", "\ud800", "x" * 100_000, "NaN", "1e999"],
)
async def test_strange_texts(agent: Client, text: str) -> None:
    """Any text gets an answer."""
    assert await say(agent, text)


async def test_too_long_a_body(agent: Client) -> None:
    """A body declared over the limit is refused before it has come."""
    reader, writer = await asyncio.open_connection(agent.host, agent.port)
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: a\r\n".encode())
    writer.write(b"Content-Length: 2000000\r\n\r\n{")
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_slow_body(agent: Client, clock: FakeClock) -> None:
    """A body that does not come is a 408, not a connection held for ever."""
    arrived = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        arrived.set()
        await asyncio.Event().wait()

    post = asyncio.create_task(agent.post(PATH, data=trickle()))
    await arrived.wait()
    await agent.get("/health/live")  # The agent has read what came before it.
    clock.advance(10)
    assert (await post).status == 408


async def test_hanging_searches_hide_no_breaker(
    agent: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A hundred searches that hang take no connection from the breaker's state."""
    proxy.hangs = True
    posts = [body("mañana para 2", phone=f"54911{n}") for n in range(110)]
    entries = [entry for post in posts for entry in json.loads(post)["entry"]]
    raw = json.dumps({"entry": entries}).encode()
    slow = asyncio.create_task(deliver(agent, raw))
    while len(proxy.searches) < 100:
        await asyncio.sleep(0.01)
    state = asyncio.create_task(agent.get("/metrics"))
    await asyncio.sleep(0.1)
    clock.advance(0.5)  # Until here the breaker's state may take.
    assert "pms_circuit_breaker_state 0.0" in await (await state).text()
    clock.advance(1.4)
    await slow
    proxy.let_go.set()


async def test_conversation_while_the_pms_is_down(
    agent: Client, proxy: FakeProxy
) -> None:
    """Copies are shown with the notice and their age; bookings are refused."""
    proxy.goes_stale(age_s=185)
    reply = await say(agent, "hay lugar mañana para 2?")
    assert "General Rooms" in reply
    assert "Info puede estar desactualizada (de hace 3 minutos)" in reply
    reply = await say(agent, "quiero reservar la doble")
    assert PHRASES["es"][Phrase.BOOKING_REFUSED] in reply


async def test_pms_down_and_no_copy(agent: Client, proxy: FakeProxy) -> None:
    """With the PMS down and nothing stored no room is invented."""
    proxy.has_nothing()
    answer = await deliver(agent, body("hay lugar mañana para 2?"))
    assert answer["pms_circuit_breaker"] == "open"
    assert PHRASES["es"][Phrase.CANNOT_CHECK] in answer["replies"][0]["text"]


async def test_no_proxy(start_agent: StartAgent, unused_tcp_port: int) -> None:
    """Without the proxy the breaker is unknown, and a booking is refused."""
    agent = await start_agent(AGENT_PROXY_URL=f"http://127.0.0.1:{unused_tcp_port}")
    answer = await deliver(agent, body("quiero reservar mañana para 2"))
    assert answer["pms_circuit_breaker"] == "unknown"
    assert PHRASES["es"][Phrase.BOOKING_REFUSED] in answer["replies"][0]["text"]


async def test_breaker_is_read_before_the_answer(
    agent: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A second later the webhook tells what the proxy tells then."""
    await say(agent, "hola")
    proxy.breaker = "half_open"
    clock.advance(1)
    answer = await deliver(agent, body("hola"))
    assert answer["pms_circuit_breaker"] == "half_open"


async def test_slow_search_is_held(
    agent: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A late reply is a holding one, and comes with the next one."""
    proxy.hangs = True
    post = asyncio.create_task(deliver(agent, body("any room tomorrow for 2?")))
    await proxy.arrived.wait()
    clock.advance(1.9)
    (reply,) = (await post)["replies"]
    assert reply["text"] == PHRASES["en"][Phrase.HOLDING_ASK_AGAIN]
    proxy.hangs = False
    proxy.let_go.set()
    replies = (await deliver(agent, body("availability")))["replies"]
    assert all("General Rooms" in reply["text"] for reply in replies)
    assert 1 <= len(replies) <= 2


async def test_one_slow_guest_holds_up_no_other(
    agent: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """While one guest waits another is answered."""
    proxy.hangs = True
    slow = asyncio.create_task(deliver(agent, body("mañana para 2")))
    await proxy.arrived.wait()
    answer = await deliver(agent, body("hola", phone="549110000099"))
    assert answer["replies"][0]["text"] == PHRASES["es"][Phrase.GREETING]
    clock.advance(1.9)
    await slow
    proxy.let_go.set()


async def test_account(account: Client, cloud: FakeWhatsApp) -> None:
    """With an account replies go through the Cloud API alone, as soon as read."""
    raw = body("hola")
    cloud.hears(raw)
    answer = await deliver(account, raw)
    assert answer == {"pms_circuit_breaker": "closed", "processed": 1}
    assert cloud.to(PHONE) == [PHRASES["es"][Phrase.GREETING]]


async def test_account_slow_search(
    account: Client, cloud: FakeWhatsApp, proxy: FakeProxy, clock: FakeClock
) -> None:
    """Without Redis a 503 asks for the delivery until the reply is out."""
    proxy.hangs = True
    raw = body("mañana para 2")
    cloud.hears(raw)
    post = asyncio.create_task(account.post(PATH, data=raw))
    await proxy.arrived.wait()
    while not cloud.typing:
        await asyncio.sleep(0.01)
    clock.advance(1.9)
    assert (await post).status == 503
    again = asyncio.create_task(deliver(account, raw))
    proxy.let_go.set()
    assert (await again)["processed"] == 0
    (rooms,) = cloud.texts
    assert "General Rooms" in rooms


async def test_account_down(
    account: Client, cloud: FakeWhatsApp, clock: FakeClock
) -> None:
    """A reply that WhatsApp may take later asks for the delivery again."""
    cloud.plays(UNAVAILABLE)
    raw = body("hola")
    cloud.hears(raw)
    with capture_logs() as logs:
        post = asyncio.create_task(account.post(PATH, data=raw))
        await exports(account, RETRIED)
        clock.advance(1.9)
        assert (await post).status == 503
    assert PHONE not in str(logs)
    clock.advance(1)
    await cloud.arrived.wait()
    assert (await deliver(account, raw))["processed"] == 0
    assert cloud.answers == {UNAVAILABLE.code: 1, 200: 1}


async def test_account_refused(account: Client, cloud: FakeWhatsApp) -> None:
    """A reply that WhatsApp will never take is given up, and not asked for again."""
    raw = body("hola")  # The window is closed: the cloud has not heard of the guest.
    assert (await deliver(account, raw))["processed"] == 1
    assert cloud.answers == {131047: 1}
    exported = await (await account.get("/metrics")).text()
    assert 'agent_replies_total{outcome="dropped"} 1.0' in exported


async def test_account_limited(
    account: Client, cloud: FakeWhatsApp, clock: FakeClock
) -> None:
    """After a 429 nobody is sent anything until Retry-After is over."""
    cloud.plays(RATE, **{"Retry-After": "30"})
    posts = []
    for number in range(2):
        raw = body("hola", phone=f"549110000{number}")
        cloud.hears(raw)
        posts.append(asyncio.create_task(account.post(PATH, data=raw)))
        await exports(account, RETRIED)
    refused_at = clock.monotonic()
    await pass_until(clock, lambda: all(post.done() for post in posts))
    assert [(await post).status for post in posts] == [503, 503]
    assert cloud.answers == {RATE.code: 1}
    await pass_until(clock, lambda: len(cloud.sent) == 2)
    assert clock.monotonic() - refused_at >= 30
    assert cloud.answers == {RATE.code: 1, 200: 2}


async def test_a_reply_each_six_seconds(
    account: Client, cloud: FakeWhatsApp, clock: FakeClock
) -> None:
    """A guest gets a reply at most each 6 s; what is written meanwhile has one."""
    first = body("hola")
    cloud.hears(first)
    await deliver(account, first)
    replied_at = clock.monotonic()
    posts = [
        asyncio.create_task(account.post(PATH, data=body(text)))
        for text in ("mañana", "para 2")
    ]
    await pass_until(clock, lambda: all(post.done() for post in posts))
    assert [(await post).status for post in posts] == [503, 503]
    assert len(cloud.sent) == 1
    await pass_until(clock, lambda: len(cloud.sent) == 2)
    assert clock.monotonic() - replied_at >= 6
    assert "General Rooms" in cloud.texts[1]
    assert cloud.answers == {200: 2}


async def test_stop_lets_replies_out(
    account: Client, cloud: FakeWhatsApp, proxy: FakeProxy, clock: FakeClock
) -> None:
    """At a stop a reply under way still goes out."""
    proxy.hangs = True
    raw = body("mañana para 2")
    cloud.hears(raw)
    post = asyncio.create_task(account.post(PATH, data=raw))
    await proxy.arrived.wait()
    clock.advance(1.9)
    await post
    closing = asyncio.create_task(account.close())
    proxy.let_go.set()
    await closing
    assert "General Rooms" in cloud.texts[-1]


async def test_logs_name_no_guest(agent: Client) -> None:
    """Neither a guest's number nor a guest's words are logged."""
    with capture_logs() as logs:
        await say(agent, "recepción, soy Lucía")
    assert logs
    assert PHONE not in str(logs)
    assert "Lucía" not in str(logs)


async def test_outcomes_are_counted(
    agent: Client, sample: Callable[[str], bytes]
) -> None:
    """What became of each message is counted."""
    for name in ("in_text", "in_duplicate_of_text", "in_reaction"):
        await deliver(agent, sample(name))
    exported = await (await agent.get("/metrics")).text()
    for outcome in ("answered", "repeated", "ignored"):
        assert f'agent_messages_total{{outcome="{outcome}"}} 1.0' in exported
