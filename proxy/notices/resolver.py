"""
Names of webhooks are looked up in a thread of their own, one at a time.

The loop's own look-ups share a few threads, of which uvloop gives names two. In a
network that is cut each hangs for many seconds, and the PMS's name would wait for those
of the webhooks: the probe that could close the breaker too.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp.abc import AbstractResolver, ResolveResult

if TYPE_CHECKING:
    from collections.abc import Callable

Found = list[tuple[Any, ...]]


class OwnThreadResolver(AbstractResolver):
    """`socket.getaddrinfo` where it may hang; its thread never outlives the process."""

    def __init__(self, look_up: Callable[..., Found] = socket.getaddrinfo) -> None:
        self._look_up = look_up
        self._under_way: asyncio.Future[Found] | None = None

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return where a host is; raise OSError where that is not to be found."""
        while self._under_way is not None and not self._under_way.done():
            # Who began it may have left: the thread is there all the same.
            await asyncio.wait([self._under_way])
        self._under_way = self._begin(host, port, family)
        found = await asyncio.shield(self._under_way)
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=of,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for of, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Leave a look-up under way to itself."""

    def _begin(
        self, host: str, port: int, family: socket.AddressFamily
    ) -> asyncio.Future[Found]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Found] = loop.create_future()

        def end(found: Found | OSError) -> None:
            if isinstance(found, OSError):
                future.set_exception(found)
                # Nobody may be left to hear of it.
                future.exception()
            else:
                future.set_result(found)

        def look_up() -> None:
            found: Found | OSError
            try:
                found = self._look_up(
                    host,
                    port,
                    family=family,
                    type=socket.SOCK_STREAM,
                    flags=socket.AI_ADDRCONFIG,
                )
            except OSError as exc:
                found = exc
            except UnicodeError as exc:
                found = OSError(str(exc))
            # The loop may have ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(end, found)

        threading.Thread(target=look_up, daemon=True, name="webhook-name").start()
        return future
