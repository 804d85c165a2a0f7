"""A process whose time the replay turns; it is started and ended in real time."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from demo.replay.turning import LeadingSelector

LOOK_EVERY_S = 0.02
LOOKS = 1000
URL = re.compile(r'"url": ?"(http://[^"]+)"')


class DidNotStart(Exception):  # noqa: N818
    """The process ended, or never said where it listens; the text is its last words."""


@contextmanager
def following(
    selector: LeadingSelector, module: str, environ: Mapping[str, str]
) -> Iterator[str]:
    """
    Run a module with these settings on the selector's time; give its address.

    It ends with the block, and by itself where this process is killed.

    Raises:
        DidNotStart: where it never listened.

    """
    ours, its = socket.socketpair()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PROXY_")}
    with TemporaryDirectory() as folder, ours, its:
        said = Path(folder, "log")
        with said.open("wb") as log:
            child = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                (sys.executable, "-m", "demo.replay.turned", str(its.fileno()), module),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**inherited, **environ, "PYTHONHASHSEED": "0"},
                pass_fds=(its.fileno(),),
                start_new_session=True,  # Ctrl-C is the leader's to hear.
            )
        try:
            its.close()
            url = _address(child, said)
            selector.follower = ours
            yield url
        finally:
            selector.follower = None
            child.kill()  # Nothing of it is worth draining.
            child.wait()


def _address(child: subprocess.Popen[bytes], said: Path) -> str:
    text = ""
    for _ in range(LOOKS):
        text = said.read_text(encoding="utf-8", errors="replace")
        if found := URL.search(text):
            return found[1]
        if child.poll() is not None:
            break
        time.sleep(LOOK_EVERY_S)
    raise DidNotStart(text.strip().rpartition("\n")[2] or "It said nothing.")
