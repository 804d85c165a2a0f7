from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aiohttp
import pytest

from agent.errors import SendError
from agent.messages import Guest
from agent.whatsapp import WhatsApp
from fakes.whatsapp import FakeWhatsApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.clock import FakeClock

GUEST = Guest(address="5491100000177", is_phone=True)
TOKEN = "EAAG"  # noqa: S105


@pytest.fixture
async def cloud() -> FakeWhatsApp:
    """Answer as the Cloud API, until told otherwise."""
    return FakeWhatsApp()


@pytest.fixture
async def whatsapp(
    cloud: FakeWhatsApp, clock: FakeClock, aiohttp_server: AiohttpServer
) -> AsyncIterator[WhatsApp]:
    """Send through the fake Cloud API."""
    server = await aiohttp_server(cloud.app())
    async with aiohttp.ClientSession() as session:
        yield WhatsApp(
            session,
            api_url=str(server.make_url("/v23.0")),
            access_token=TOKEN,
            phone_number_id="205551230001112",
            clock=clock,
        )


async def test_to_a_phone(
    whatsapp: WhatsApp, cloud: FakeWhatsApp, sample: Callable[[str], bytes]
) -> None:
    """A text to a phone number has the shape of the sample, and the token."""
    await whatsapp.send(GUEST, "¿Para cuántas personas?")
    assert cloud.sent == [json.loads(sample("out_text"))]
    assert cloud.authorizations == [f"Bearer {TOKEN}"]


async def test_to_a_user_id(whatsapp: WhatsApp, cloud: FakeWhatsApp) -> None:
    """A guest without a phone number is named as the recipient."""
    await whatsapp.send(Guest(address="BR.1190457730021846", is_phone=False), "Oi")
    assert cloud.sent[0]["recipient"] == "BR.1190457730021846"
    assert "to" not in cloud.sent[0]


async def test_long_text(whatsapp: WhatsApp, cloud: FakeWhatsApp) -> None:
    """A text is no longer than the Cloud API takes."""
    await whatsapp.send(GUEST, "x" * 5000)
    assert len(cloud.texts[0]) == 4096


@pytest.mark.parametrize(
    ("status", "may_pass"),
    [(400, False), (401, False), (302, False), (429, True), (500, True), (503, True)],
)
async def test_refused(
    whatsapp: WhatsApp, cloud: FakeWhatsApp, *, status: int, may_pass: bool
) -> None:
    """A refusal says whether the same text may pass later; it is sent once."""
    cloud.status = status
    with pytest.raises(SendError, match=str(status)) as caught:
        await whatsapp.send(GUEST, "hola")
    assert caught.value.may_pass is may_pass
    assert len(cloud.sent) == 1


async def test_unreachable(clock: FakeClock, unused_tcp_port: int) -> None:
    """A Cloud API that cannot be reached may be later."""
    async with aiohttp.ClientSession() as session:
        whatsapp = WhatsApp(
            session,
            api_url=f"http://127.0.0.1:{unused_tcp_port}",
            access_token=TOKEN,
            phone_number_id="1",
            clock=clock,
        )
        with pytest.raises(SendError) as caught:
            await whatsapp.send(GUEST, "hola")
    assert caught.value.may_pass
