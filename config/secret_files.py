"""Secrets that stand in a file: how they are read, and why they are not."""

from __future__ import annotations

import stat
from pathlib import Path

MAX_BYTES = 64 * 1024


class UnusableFile(Exception):  # noqa: N818
    """A file that holds no secret; the text says why in a few words, and shows none."""


def read_secret(path: str) -> str:
    """
    Return what a file holds, without the white space around it.

    Raises:
        UnusableFile: it is missing, no plain file, empty, not text or too large.

    """
    try:
        # A pipe or a device would hold up the whole process.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise UnusableFile("it is not a plain file")
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise UnusableFile(exc.strerror or "it cannot be read") from None
    except ValueError:
        raise UnusableFile("that is no path") from None
    if len(content) > MAX_BYTES:
        raise UnusableFile(f"it is over {MAX_BYTES} bytes")
    try:
        secret = content.decode().strip()
    except UnicodeDecodeError:
        raise UnusableFile("it is not UTF-8 text") from None
    if not secret:
        raise UnusableFile("it is empty")
    return secret
