"""`python -m agent` as processes of their own, to be killed."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE_S = 15.0
LISTENING = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(slots=True)
class AgentProcess:
    """An agent that is started, killed and started again."""

    environ: dict[str, str]
    url: str | None = None
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None
    said: list[str] = field(default_factory=list)

    async def start(self) -> None:
        """Start it and wait until it listens."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AGENT_")}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "agent"),
            env={**kept, "AGENT_PORT": "0", "AGENT_BIND": "127.0.0.1", **self.environ},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        listening = asyncio.Event()
        self._reading = asyncio.create_task(self._read(self._process, listening))
        async with asyncio.timeout(PATIENCE_S):
            await listening.wait()

    async def kill(self) -> None:
        """End it at once, as the kernel does when memory is short."""
        self.url = None
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(
        self, process: asyncio.subprocess.Process, listening: asyncio.Event
    ) -> None:
        assert process.stdout is not None
        while raw := await process.stdout.readline():
            line = raw.decode()
            self.said.append(line)
            found = LISTENING.search(line)
            if found and "agent.listening" in line:
                self.url = found.group(0)
                listening.set()


@asynccontextmanager
async def agents(
    count: int, environ: dict[str, str]
) -> AsyncIterator[list[AgentProcess]]:
    """Start agents with the same settings; kill them at the end."""
    started = [AgentProcess(environ) for _ in range(count)]
    try:
        await asyncio.gather(*(agent.start() for agent in started))
        yield started
    finally:
        await asyncio.gather(*(agent.kill() for agent in started))
