from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aiohttp
import pytest

from agent.errors import SendError
from agent.messages import Choice, Guest, Reply
from agent.whatsapp.client import WhatsApp
from fakes.whatsapp import (
    BAD_TOKEN,
    NUMBER,
    OUT_OF_WINDOW,
    PAIR_RATE,
    RATE,
    TOKEN,
    UNAVAILABLE,
    FakeWhatsApp,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.clock import FakeClock
    from fakes.whatsapp_limits import Refusal

GUEST = Guest(address="5491100000177", is_phone=True)
HIDDEN = Guest(address="BR.1190457730021846", is_phone=False)


@pytest.fixture
async def cloud(clock: FakeClock) -> FakeWhatsApp:
    """Answer as the Cloud API, with two guests' windows open."""
    cloud = FakeWhatsApp(clock)
    for guest in (GUEST, HIDDEN):
        cloud.wrote_at[guest.address] = clock.monotonic()
    return cloud


@pytest.fixture
async def url(cloud: FakeWhatsApp, aiohttp_server: AiohttpServer) -> str:
    """Serve the cloud."""
    server = await aiohttp_server(cloud.app())
    return str(server.make_url("/v23.0"))


@pytest.fixture
async def whatsapp(url: str, clock: FakeClock) -> AsyncIterator[WhatsApp]:
    """Send through the fake Cloud API."""
    async with aiohttp.ClientSession() as session:
        yield client(session, url, clock)


def client(
    session: aiohttp.ClientSession, url: str, clock: FakeClock, token: str = TOKEN
) -> WhatsApp:
    """Make a client of the hotel's number."""
    return WhatsApp(
        session, api_url=url, access_token=token, phone_number_id=NUMBER, clock=clock
    )


async def test_text(
    whatsapp: WhatsApp, cloud: FakeWhatsApp, sample: Callable[[str], bytes]
) -> None:
    """A text goes out in the recorded shape, with the token."""
    await whatsapp.send(GUEST, Reply(text="¿Para cuántas personas?"))
    assert cloud.sent == [json.loads(sample("out_text"))]


async def test_to_a_user_id(whatsapp: WhatsApp, cloud: FakeWhatsApp) -> None:
    """A guest without a phone number is named as the recipient."""
    await whatsapp.send(HIDDEN, Reply(text="Oi"))
    assert cloud.sent[0]["recipient"] == HIDDEN.address
    assert "to" not in cloud.sent[0]


async def test_typing(
    whatsapp: WhatsApp, cloud: FakeWhatsApp, sample: Callable[[str], bytes]
) -> None:
    """A message is marked as read while an answer is written."""
    id_ = json.loads(sample("out_read_and_typing"))["message_id"]
    await whatsapp.show_typing(id_)
    assert cloud.typing == [id_]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 10, 11])
@pytest.mark.parametrize("detail", ["", "US$ 1.300"])
@pytest.mark.parametrize("length", [1, 1024, 1025, 4096, 9000])
async def test_the_limits_are_kept(
    whatsapp: WhatsApp,
    cloud: FakeWhatsApp,
    *,
    count: int,
    detail: str,
    length: int,
) -> None:
    """Whatever is to be said, the Cloud API takes it."""
    choices = tuple(
        Choice(text=f"opción {n}", title=f"{n:*>20}", detail=detail)
        for n in range(count)
    )
    await whatsapp.send(GUEST, Reply(text="x" * length, choices=choices))
    assert cloud.answers == {200: 1}


@pytest.mark.parametrize(
    "refusal", [OUT_OF_WINDOW, PAIR_RATE, RATE, UNAVAILABLE], ids=lambda r: r.code
)
async def test_refused(
    whatsapp: WhatsApp, cloud: FakeWhatsApp, *, refusal: Refusal
) -> None:
    """A refusal tells its status, code and patience; it is sent once."""
    cloud.plays(refusal, **{"Retry-After": "17"})
    with pytest.raises(SendError, match=str(refusal.code)) as caught:
        await whatsapp.send(GUEST, Reply(text="hola"))
    error = caught.value
    assert (error.status, error.code) == (refusal.status, refusal.code)
    assert error.retry_after_s == 17
    assert cloud.answers == {refusal.code: 1}


async def test_pair_rate(whatsapp: WhatsApp, clock: FakeClock) -> None:
    """The Cloud API takes one message each 6 s for a guest."""
    await whatsapp.send(GUEST, Reply(text="hola"))
    await whatsapp.send(HIDDEN, Reply(text="oi"))
    clock.advance(5.9)
    with pytest.raises(SendError) as caught:
        await whatsapp.send(GUEST, Reply(text="hola"))
    assert caught.value.code == PAIR_RATE.code
    clock.advance(0.1)
    await whatsapp.send(GUEST, Reply(text="hola"))


async def test_wrong_token(url: str, clock: FakeClock) -> None:
    """A token that is none is told as WhatsApp tells it."""
    async with aiohttp.ClientSession() as session:
        stranger = client(session, url, clock, token="EAAG-stolen")  # noqa: S106
        with pytest.raises(SendError) as caught:
            await stranger.send(GUEST, Reply(text="hola"))
    assert (caught.value.status, caught.value.code) == (401, BAD_TOKEN.code)


async def test_unreachable(clock: FakeClock, unused_tcp_port: int) -> None:
    """A Cloud API that cannot be reached has no code."""
    async with aiohttp.ClientSession() as session:
        nowhere = client(session, f"http://127.0.0.1:{unused_tcp_port}", clock)
        with pytest.raises(SendError) as caught:
            await nowhere.send(GUEST, Reply(text="hola"))
    assert (caught.value.status, caught.value.code) == (None, None)
