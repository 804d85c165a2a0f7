"""The proxy and the agent as real processes, as `fly.toml` would start them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

# How long a process may take to say that it listens, seconds.
START_S = 20
STOP_S = 15
URL = re.compile(r"http://[\w.:]+")


class Process:
    """One `python -m …`; its log is kept as it comes, a dictionary a line."""

    def __init__(self, module: str, child: asyncio.subprocess.Process) -> None:
        self.module = module
        self.url = ""
        self.log: list[dict[str, Any]] = []
        self._child = child
        self._news = asyncio.Condition()
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def logged(self, phrase: str, *, since: int = 0, within_s: float) -> str:
        """Wait for a log line that holds `phrase`, and return its words."""
        async with asyncio.timeout(within_s), self._news:
            while True:
                for line in self.log[since:]:
                    if phrase in str(line.get("msg", "")):
                        return str(line["msg"])
                await self._news.wait()

    async def tell(self, say: Callable[[str], None]) -> None:
        """Say every sentence of its log from now on, until cancelled."""
        told = len(self.log)
        while True:
            async with self._news:
                if len(self.log) == told:
                    await self._news.wait()
                new, told = self.log[told:], len(self.log)
            for line in new:
                if "msg" in line:
                    say(str(line["msg"]))

    async def listening(self) -> None:
        """Wait until it has said where it listens."""
        async with asyncio.timeout(START_S), self._news:
            while not self.url:
                if self._reader.done():
                    raise RuntimeError(f"{self.module} did not start.")
                await self._news.wait()

    async def stop(self) -> int:
        """Send SIGTERM, wait for the drained end and return the exit code."""
        with suppress(ProcessLookupError):
            self._child.terminate()
        async with asyncio.timeout(STOP_S):
            code = await self._child.wait()
            await self._reader
        return code

    async def _read(self) -> None:
        stream = self._child.stdout
        if stream is None:
            raise RuntimeError("The child's output is not piped.")
        async for raw in stream:
            text = raw.decode(errors="replace").rstrip()
            try:
                line: dict[str, Any] = json.loads(text)
            except ValueError:
                said = URL.search(text)
                line = {"msg": text, "url": said.group() if said else ""}
            async with self._news:
                self.log.append(line)
                self.url = self.url or str(line.get("url", ""))
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()


@asynccontextmanager
async def running(
    module: str, environ: Mapping[str, str], *arguments: str
) -> AsyncIterator[Process]:
    """Run a module with these settings beside the surroundings', until the end."""
    prefixes = ("PROXY_", "AGENT_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**inherited, **environ},
    )
    process = Process(module, child)
    try:
        await process.listening()
        yield process
    finally:
        await process.stop()
