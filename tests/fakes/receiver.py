"""A webhook's receiver on a real socket: it takes what Slack takes, or fails."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

SECRET = "T0-B0-s3cret"  # noqa: S105


@dataclass
class Receiver:
    """What came, and how the next ones are answered."""

    url: str = ""
    texts: list[str] = field(default_factory=list)
    tries: int = 0
    always: int | None = None
    _last: web.Request | None = None
    _plan: deque[tuple[int, Mapping[str, str]]] = field(default_factory=deque)
    _goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    def answers(self, status: int, **headers: str) -> None:
        """Answer the next text so."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._plan.append((status, named))

    def hangs(self) -> None:
        """Take texts and say nothing to them, until `goes_on`."""
        self._goes_on.clear()

    def goes_on(self) -> None:
        """Answer again."""
        self._goes_on.set()

    def is_left(self) -> bool:
        """Say whether who sent the last text has gone."""
        return self._last is not None and self._last.transport is None

    async def take(self, request: web.Request) -> web.Response:
        """Answer one text; it is kept where the answer says that it is."""
        document = await request.json()
        # Slack refuses what it does not know.
        assert set(document) == {"text"}
        assert SECRET in request.path
        self.tries += 1
        self._last = request
        await self._goes_on.wait()
        if request.transport is None:
            # Who asked has left: nobody hears that it was taken.
            return web.Response()
        status, headers = self._plan.popleft() if self._plan else (200, {})
        status = self.always or status
        if status == 200:
            self.texts.append(document["text"])
        return web.Response(status=status, headers=headers, text="ok")


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """Start one on a free port of loopback."""
    receiver = Receiver()
    receiver.goes_on()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/services/{SECRET}"
    try:
        yield receiver
    finally:
        receiver.goes_on()
        await runner.cleanup()
