"""`python -m proxy` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE_S = 15.0


@dataclass
class Process:
    """A running proxy and what it has said."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def line(self, event: str) -> str:
        """Read the log until a line holds `event`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while raw := await self.process.stdout.readline():
                self.lines.append(raw.decode())
                if event in self.lines[-1]:
                    return self.lines[-1]
        raise AssertionError(f"{event} was not said in {self.lines}")

    async def port(self) -> int:
        """Wait for the proxy to listen and return its port."""
        found = re.search(
            r"http://127\.0\.0\.1:(\d+)", await self.line("proxy.listening")
        )
        assert found is not None
        return int(found.group(1))

    async def ends(self) -> int:
        """Wait for the end and return the exit code."""
        async with asyncio.timeout(PATIENCE_S):
            await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.process.send_signal(signal.SIGTERM)


@asynccontextmanager
async def a_process(environ: dict[str, str], *how: str) -> AsyncIterator[Process]:
    """Start `python -m proxy`, or Python with `how`, on a free port; kill it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PROXY_")
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *(how or ("-m", "proxy"))),
        env={**kept, "PROXY_PORT": "0", **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
