"""A real redis-server on a free port of loopback, which a test may treat badly."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROGRAM = "redis-server"
NO_RETRY = Retry(NoBackoff(), 0)
# How long it may take to start, in real seconds; it takes about 20 ms.
PATIENCE_S = 5.0


class RedisServer:
    """Started by `a_redis`; keeps nothing on a disk."""

    def __init__(self, folder: str, arguments: tuple[str, ...]) -> None:
        self.port = free_port()
        self._folder = folder
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The URL as PROXY_REDIS_URL takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start it, empty, on the port that it always has."""
        self._process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", self._folder),
            *self._arguments,
            stdout=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(PATIENCE_S):
            while not await self._answers():
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """End it and start it again, empty."""
        await self.kill()
        await self.start()

    def hang(self) -> None:
        """Stop its process: it takes connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a hanging one answer again, what was asked meanwhile too."""
        self._signal(signal.SIGCONT)

    async def flush(self) -> None:
        """Forget everything."""
        await self.command("FLUSHALL")

    async def config(self, name: str, value: str) -> None:
        """Change its configuration while it runs."""
        await self.command("CONFIG", "SET", name, value)

    async def command(self, *words: str | bytes | int) -> Any:
        """Run a command as an operator would."""
        async with redis.asyncio.Redis(port=self.port, retry=NO_RETRY) as client:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]

    async def keys(self) -> list[bytes]:
        """Return all keys."""
        found: list[bytes] = await self.command("KEYS", "*")
        return sorted(found)

    async def _answers(self) -> bool:
        try:
            await self.command("PING")
        except AuthenticationError:
            # One with a password is there all the same.
            return True
        except (RedisError, OSError):
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(number)
            await process.wait()


@asynccontextmanager
async def a_redis(*arguments: str) -> AsyncIterator[RedisServer]:
    """Start a server; `arguments` are more of redis-server's."""
    with TemporaryDirectory() as folder:
        server = RedisServer(folder, arguments)
        try:
            await server.start()
            yield server
        finally:
            await server.kill()


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port
