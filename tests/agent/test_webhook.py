from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from structlog.testing import capture_logs

from agent.messages import Phrase
from agent.replies import PHRASES
from fakes.whatsapp import FakeWhatsApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

    Client: TypeAlias = TestClient[web.Request, web.Application]
    StartAgent: TypeAlias = Callable[..., Awaitable[Client]]

PATH = "/webhooks/whatsapp"
PHONE = "5491100000177"
ids = count()


def body(*texts: str, phone: str = PHONE) -> bytes:
    """Write a delivery of new texts from one guest."""
    messages = [
        {
            "id": f"wamid.{next(ids)}",
            "from": phone,
            "type": "text",
            "text": {"body": text},
        }
        for text in texts
    ]
    change = {"field": "messages", "value": {"messages": messages}}
    return json.dumps({"entry": [{"changes": [change]}]}).encode()


async def deliver(agent: Client, raw: bytes) -> dict[str, Any]:
    """Deliver a body that is taken."""
    answer = await agent.post(PATH, data=raw)
    assert answer.status == 200
    taken: dict[str, Any] = await answer.json()
    return taken


async def say(agent: Client, text: str) -> str:
    """Say one thing as a guest and return the reply."""
    (reply,) = (await deliver(agent, body(text)))["replies"]
    assert reply["to"] == PHONE
    return str(reply["text"])


@pytest.fixture
async def cloud() -> FakeWhatsApp:
    """Answer as the Cloud API, until told otherwise."""
    return FakeWhatsApp()


@pytest.fixture
async def account(
    start_agent: StartAgent, cloud: FakeWhatsApp, aiohttp_server: AiohttpServer
) -> Client:
    """Start an agent with a WhatsApp account."""
    server = await aiohttp_server(cloud.app())
    return await start_agent(
        AGENT_WHATSAPP_ACCESS_TOKEN="EAAG",  # noqa: S106
        AGENT_WHATSAPP_PHONE_NUMBER_ID="205551230001112",
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


async def test_delivered_twice(agent: Client, sample: Callable[[str], bytes]) -> None:
    """The same message again is answered no more."""
    await deliver(agent, sample("in_text"))
    again = await deliver(agent, sample("in_duplicate_of_text"))
    assert (again["processed"], again["replies"]) == (0, [])


async def test_batch(agent: Client, sample: Callable[[str], bytes]) -> None:
    """Every message of a delivery is answered, in order."""
    answer = await deliver(agent, sample("in_batch_two_messages"))
    assert answer["processed"] == 2
    first, second = (reply["text"] for reply in answer["replies"])
    assert first == PHRASES["es"][Phrase.GREETING]
    assert "(3 noches)" in second


@pytest.mark.parametrize(
    "name", ["in_audio", "in_status_read", "in_errors_account_130429", "in_reaction"]
)
async def test_no_text(
    agent: Client, sample: Callable[[str], bytes], name: str
) -> None:
    """What is no text is taken and not answered."""
    answer = await deliver(agent, sample(name))
    assert (answer["processed"], answer["replies"]) == (0, [])


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
    """A reply that is late is a holding one, and no slot is lost."""
    proxy.hangs = True
    post = asyncio.create_task(deliver(agent, body("any room tomorrow for 2?")))
    await proxy.arrived.wait()
    clock.advance(1.9)
    (reply,) = (await post)["replies"]
    assert reply["text"] == PHRASES["en"][Phrase.HOLDING_ASK_AGAIN]
    proxy.hangs = False
    proxy.let_go.set()
    assert "General Rooms" in await say(agent, "availability")


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
    """With an account replies go through the Cloud API alone."""
    answer = await deliver(account, body("hola"))
    assert answer == {"pms_circuit_breaker": "closed", "processed": 1}
    assert cloud.texts == [PHRASES["es"][Phrase.GREETING]]
    assert cloud.sent[0]["to"] == PHONE


async def test_account_slow_search(
    account: Client, cloud: FakeWhatsApp, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A late reply follows the holding one; a 503 asks for the delivery till then."""
    proxy.hangs = True
    raw = body("mañana para 2")
    post = asyncio.create_task(account.post(PATH, data=raw))
    await proxy.arrived.wait()
    clock.advance(1.9)
    await cloud.arrived.wait()
    clock.advance(0.1)
    assert (await post).status == 503
    again = asyncio.create_task(deliver(account, raw))
    proxy.let_go.set()
    assert (await again)["processed"] == 0
    holding, rooms = cloud.texts
    assert holding == PHRASES["es"][Phrase.HOLDING]
    assert "General Rooms" in rooms


async def test_account_down(account: Client, cloud: FakeWhatsApp) -> None:
    """A reply that WhatsApp may take later asks for the delivery again."""
    cloud.status = 500
    raw = body("hola")
    with capture_logs() as logs:
        assert (await account.post(PATH, data=raw)).status == 503
    assert PHONE not in str(logs)
    cloud.status = 200
    assert (await deliver(account, raw))["processed"] == 1


async def test_account_refused(account: Client, cloud: FakeWhatsApp) -> None:
    """A reply that WhatsApp will never take is not asked for again."""
    cloud.status = 400
    assert (await deliver(account, body("hola")))["processed"] == 0
    assert len(cloud.sent) == 1


async def test_stop_lets_replies_out(
    account: Client, cloud: FakeWhatsApp, proxy: FakeProxy, clock: FakeClock
) -> None:
    """At a stop a reply under way still goes out."""
    proxy.hangs = True
    post = asyncio.create_task(account.post(PATH, data=body("mañana para 2")))
    await proxy.arrived.wait()
    clock.advance(1.9)
    await cloud.arrived.wait()
    clock.advance(0.1)
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
    for name in ("in_text", "in_duplicate_of_text", "in_audio"):
        await deliver(agent, sample(name))
    exported = await (await agent.get("/metrics")).text()
    for outcome in ("answered", "repeated", "ignored"):
        assert f'agent_messages_total{{outcome="{outcome}"}} 1.0' in exported
