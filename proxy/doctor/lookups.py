"""An event loop that never waits, at its end, for a name that nobody resolves."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class PatientLoop(asyncio.SelectorEventLoop):
    """
    Looks names up in threads that die with the process.

    asyncio's own are waited for when the loop ends, and a resolver that gets no answer
    takes half a minute: the doctor's 20 s would not hold. `lookup` is the standard
    library's, or what a test puts in its place.
    """

    def __init__(self, lookup: Callable[..., Any] = socket.getaddrinfo) -> None:
        super().__init__()
        self._lookup = lookup

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002  (asyncio's own name for it)
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """See `asyncio.AbstractEventLoop.getaddrinfo`."""
        told: asyncio.Future[Any] = self.create_future()

        def settle(found: object, error: Exception | None) -> None:
            if told.done():
                return
            if error is None:
                told.set_result(found)
            else:
                told.set_exception(error)

        def look() -> None:
            found, error = None, None
            try:
                found = self._lookup(host, port, family, type, proto, flags)
            except Exception as exc:  # noqa: BLE001  (told where it is waited for)
                error = exc
            with suppress(RuntimeError):  # The loop has ended meanwhile.
                self.call_soon_threadsafe(settle, found, error)

        threading.Thread(target=look, daemon=True).start()
        return await told
