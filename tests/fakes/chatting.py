"""`python -m agent chat` as a process, in a terminal of its own or behind a pipe."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]
PATIENCE_S = 15.0


def _environ(proxy_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "AGENT_PROXY_URL": proxy_url,
    }


async def chat_by_pipe(proxy_url: str, *lines: str) -> tuple[int | None, str, str]:
    """Write lines and end the input; return the exit code, what was said, the log."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent", "chat", "--guest", "Ana Lopez"),
        env=_environ(proxy_url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        said, log = await process.communicate("\n".join(lines).encode())
    return process.returncode, said.decode(), log.decode()


@dataclass(slots=True)
class Screen:
    """A person before a terminal: what was shown so far, and a keyboard."""

    process: asyncio.subprocess.Process
    _keys: int
    shown: str = ""

    def types(self, text: str) -> None:
        """Press keys."""
        os.write(self._keys, text.encode())

    async def shows(self, text: str) -> None:
        """Wait until a text is shown that was not there before."""
        seen = len(self.shown)
        async with asyncio.timeout(PATIENCE_S):
            while text not in self.shown[seen:]:
                await asyncio.sleep(0.005)

    async def ends(self) -> tuple[int | None, str]:
        """Wait for the end; return the exit code and the log."""
        async with asyncio.timeout(PATIENCE_S):
            _, log = await self.process.communicate()
        return self.process.returncode, log.decode()

    def look(self) -> None:
        """Take in what is new on the screen."""
        self.shown += os.read(self._keys, 65_536).decode(errors="replace")


@asynccontextmanager
async def a_screen(proxy_url: str) -> AsyncIterator[Screen]:
    """Open a terminal with a chat in it; kill that at the end."""
    person, terminal = os.openpty()
    loop = asyncio.get_running_loop()
    process = await asyncio.create_subprocess_exec(
        # Its own terminal, so that Ctrl-C is a signal there.
        *("setsid", "--ctty", sys.executable, "-m", "agent", "chat"),
        env=_environ(proxy_url),
        stdin=terminal,
        stdout=terminal,
        stderr=asyncio.subprocess.PIPE,
    )
    screen = Screen(process, person)
    loop.add_reader(person, screen.look)
    try:
        yield screen
    finally:
        loop.remove_reader(person)
        if process.returncode is None:
            process.kill()
        await process.communicate()
        for descriptor in (person, terminal):
            os.close(descriptor)
