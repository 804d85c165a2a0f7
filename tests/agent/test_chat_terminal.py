from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING

from agent.chat.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 5


@contextmanager
def opened(*descriptors: int) -> Iterator[None]:
    """Close them at the end."""
    try:
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


async def all_lines(terminal: Terminal) -> list[str]:
    """Read to the end."""
    async with asyncio.timeout(PATIENCE_S):
        return [line async for line in terminal.lines()]


async def test_pipe() -> None:
    """A pipe's lines come one by one, an unended one too, and are shown."""
    source, sink = os.pipe()
    out = StringIO()
    with opened(source):
        os.write(sink, "hola\nmañana\r\n".encode() + b"\xff")
        os.close(sink)
        assert await all_lines(Terminal(source, out)) == ["hola", "mañana", "\ufffd"]
    assert out.getvalue() == "> hola\n> mañana\n> \ufffd\n"


async def test_file(tmp_path: Path) -> None:
    """A file, which nobody can wait for, is read to its end."""
    path = tmp_path / "said"
    path.write_text("hola\n2\n", encoding="utf-8")
    with path.open("rb") as file:
        assert await all_lines(Terminal(file.fileno(), StringIO())) == ["hola", "2"]


async def test_terminal() -> None:
    """What is said while the prompt waits stands on its own lines, the prompt again."""
    person, source = os.openpty()
    out = StringIO()
    with opened(source, person):
        terminal = Terminal(source, out)
        reading = asyncio.create_task(all_lines(terminal))
        async with asyncio.timeout(PATIENCE_S):
            while out.getvalue() != "> ":
                await asyncio.sleep(0.001)
        os.write(person, b"ho")
        terminal.say("The PMS is back!\x1b[2J")
        assert out.getvalue() == "> \nThe PMS is back! [2J\n> "
        os.write(person, b"la\n\x04")
        assert await reading == ["hola"]
        terminal.end()
        assert out.getvalue().endswith("> > \n")
