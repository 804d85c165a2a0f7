"""The server of the demo's page: what it lets in, and the shell's way to write."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from fakes.page import a_demo_page


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
        ("/guests", "", {"Host": "127.0.0.1:80, a.example"}, 403),
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


async def test_a_guest_can_write_from_a_shell() -> None:
    """POST /say waits for the hotel's next message, and answers with its text."""
    async with a_demo_page() as page, aiohttp.ClientSession() as session:
        page.hotel_says({"type": "text", "text": {"body": "An older one"}})
        asking = asyncio.create_task(session.post(f"{page.url}/say", data="Hola"))
        chat = next(iter(page.account.chats))
        async with asyncio.timeout(5):
            while not chat.bubbles[-1].is_guests:
                await asyncio.sleep(0.001)
        page.hotel_says({"type": "text", "text": {"body": "¡Hola!"}})
        async with await asking as answer:
            assert (answer.status, await answer.text()) == (200, "¡Hola!\n")


async def test_half_a_letter() -> None:
    """Half a surrogate pair ends no page's events: it is shown as a question mark."""
    async with a_demo_page() as page, aiohttp.ClientSession() as session:
        chat = next(iter(page.account.chats))
        url = f"{page.url}/guests/{chat.guest}/texts"
        async with session.post(url, data=r'{"text": "a\ud800b"}') as answer:
            assert answer.status == 200
        assert [bubble.text for bubble in chat.bubbles] == ["a?b"]
        async with asyncio.timeout(5), session.get(f"{page.url}/events") as events:
            assert await events.content.readuntil(b"a?b")
