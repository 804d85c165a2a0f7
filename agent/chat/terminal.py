"""Lines from a terminal, a pipe or a file, and what is said between them."""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING, Protocol

from agent.chat.lines import PROMPT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

CHUNK_BYTES = 65_536
# A room's name in the PMS moves no cursor.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class Out(Protocol):
    """Where it is said; `sys.stdout` is one."""

    def write(self, text: str, /) -> object:
        """Write a text."""
        ...

    def flush(self) -> None:
        """Let it be seen."""
        ...


class Terminal:
    """
    Reads lines from a file descriptor, and writes while it waits for them.

    On a terminal there is a prompt; what is said meanwhile stands on lines of its own,
    and a line that was half typed still counts. Of a pipe or a file the lines are shown
    as if they had been typed.
    """

    def __init__(self, source: int, out: Out) -> None:
        self._source = source
        self._out = out
        self._is_a_terminal = os.isatty(source)
        self._is_prompted = False

    async def lines(self) -> AsyncGenerator[str]:
        """Return line after line until the input ends; a byte that is no UTF-8 too."""
        held = b""
        while True:
            *whole, held = held.split(b"\n")
            for raw in whole:
                yield self._taken(raw)
            chunk = await self._chunk()
            if not chunk:
                break
            held += chunk
        if held:
            yield self._taken(held)

    def say(self, text: str) -> None:
        """Write a text on lines of its own."""
        before = "\n" if self._is_prompted else ""
        after = PROMPT if self._is_prompted else ""
        self._write(f"{before}{_CONTROLS.sub(' ', text)}\n{after}")

    def end(self) -> None:
        """Leave the cursor at the beginning of a line."""
        if self._is_prompted:
            self._write("\n")

    def _taken(self, raw: bytes) -> str:
        line = raw.decode(errors="replace").strip()
        self._is_prompted = False
        if line and not self._is_a_terminal:
            self._write(f"{PROMPT}{line}\n")
        return line

    async def _chunk(self) -> bytes:
        if self._is_a_terminal and not self._is_prompted:
            self._write(PROMPT)
            self._is_prompted = True
        await self._readable()
        try:
            return os.read(self._source, CHUNK_BYTES)
        except OSError:  # The terminal is gone.
            return b""

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        try:
            loop.add_reader(self._source, readable.set)
        except PermissionError:  # A file never lets anybody wait.
            return
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._source)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
