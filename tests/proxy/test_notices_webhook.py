"""Facts of the way to a webhook, on real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from fakes.clock import FakeClock
from fakes.receiver import SECRET, Receiver, a_receiver
from proxy.notices.resolver import OwnThreadResolver
from proxy.notices.webhook import ATTEMPT_S, Refused, Taken, Unanswered, Webhooks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Give a receiver."""
    async with a_receiver() as started:
        yield started


@pytest.mark.parametrize(
    ("status", "asked", "expected"),
    [
        (200, "", Taken()),
        (204, "", Taken()),
        (302, "", Refused("status 302")),
        (400, "", Refused("status 400")),
        (404, "", Refused("status 404")),
        (410, "30", Refused("status 410")),
        (408, "", Unanswered("status 408", 0.0)),
        (429, "7", Unanswered("status 429", 7.0)),
        (429, "599", Unanswered("status 429", 599.0)),
        (429, "600", Unanswered("status 429", 0.0)),
        (500, "-3", Unanswered("status 500", 0.0)),
        (503, "Wed, 25 Nov 2026 03:00:00 GMT", Unanswered("status 503", 0.0)),
    ],
)
async def test_what_an_answer_means(
    receiver: Receiver, status: int, asked: str, expected: object
) -> None:
    """Taken, never to be taken, or later; with the time that it asks for."""
    receiver.answers(status, Retry_After=asked, Location=receiver.url)
    async with Webhooks(FakeClock()) as webhooks:
        assert await webhooks.post(receiver.url, "hola") == expected


async def test_a_text_is_sent_as_slack_takes_it() -> None:
    """A JSON object with the text and nothing else, whatever is in it."""
    text = 'ñ "quoted" \n second line <>& 🛎'
    seen: list[web.Request] = []

    async def take(request: web.Request) -> web.Response:
        await request.read()
        seen.append(request)
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with Webhooks(FakeClock()) as webhooks:
        url = f"http://localhost:{runner.addresses[0][1]}/hook"
        assert await webhooks.post(url, text) == Taken()
    await runner.cleanup()

    (request,) = seen
    assert json.loads(await request.read()) == {"text": text}
    assert request.content_type == "application/json"


async def test_a_webhook_that_hangs_is_given_up(receiver: Receiver) -> None:
    """After 10 s of silence it counts as unanswered."""
    clock = FakeClock()
    receiver.hangs()
    async with Webhooks(clock) as webhooks:
        posting = asyncio.ensure_future(webhooks.post(receiver.url, "hola"))
        while not receiver.tries:
            await asyncio.sleep(0.001)
        clock.advance(ATTEMPT_S)
        assert await posting == Unanswered("no answer in time")


@pytest.mark.parametrize("place", ["127.0.0.1:1", "x" * 80])
async def test_no_failure_shows_the_url(place: str) -> None:
    """Nobody listens, or no name can be so: the kind of it is enough."""
    async with Webhooks(FakeClock()) as webhooks:
        answer = await webhooks.post(f"http://{place}/services/{SECRET}", "hola")

    assert isinstance(answer, Unanswered)
    assert SECRET not in answer.why
    assert "http" not in answer.why


async def test_a_name_that_hangs_holds_one_thread_and_nobody_else() -> None:
    """Look-ups wait for the one that hangs, not the loop's own for any of them."""
    goes_on = threading.Event()
    asked: list[str] = []

    def look_up(host: str, port: int, **options: int) -> list[tuple[object, ...]]:
        del options
        asked.append(host)
        goes_on.wait(10)
        address = ("192.0.2.1", port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    resolver = OwnThreadResolver(look_up)
    hanging = [
        asyncio.ensure_future(resolver.resolve("hooks.example", n)) for n in (1, 2)
    ]
    while not asked:
        await asyncio.sleep(0.001)
    hanging[0].cancel()

    loop = asyncio.get_running_loop()
    async with asyncio.timeout(5):
        assert await loop.getaddrinfo("127.0.0.1", 80)
    assert asked == ["hooks.example"]

    goes_on.set()
    (found,) = await hanging[1]
    assert (found["host"], found["port"]) == ("192.0.2.1", 2)
    assert len(asked) == 2
