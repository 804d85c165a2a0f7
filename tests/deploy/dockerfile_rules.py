"""What must be true of a process's Dockerfile, beyond what hadolint knows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def faults(text: str, process: str, port: int) -> list[str]:
    """Return, a sentence each, what is wrong with the Dockerfile of `process`."""
    return list(_faults(_instructions(text), process, port))


def _faults(
    instructions: list[tuple[str, str]], process: str, port: int
) -> Iterator[str]:
    def all_of(name: str) -> list[str]:
        return [rest for instruction, rest in instructions if instruction == name]

    if instructions[0][0] != "ARG" or "PYTHON_IMAGE=" not in instructions[0][1]:
        yield "The base is no argument before the first FROM."
    if [base.split()[0] for base in all_of("FROM")] != ["${PYTHON_IMAGE}"] * 2:
        yield "It has not two stages on PYTHON_IMAGE."
    if all_of("ENTRYPOINT"):
        yield "An ENTRYPOINT would stand before Fly's process command."
    if all_of("CMD") != [json.dumps(["python", "-m", process])]:
        yield "CMD is not the process alone, in exec form."
    if all_of("USER") != ["10001"]:
        yield "USER is not the one number."
    if all_of("EXPOSE") != [str(port)]:
        yield "EXPOSE is not the settings' default."
    if not any(
        f":%s/health/live' % os.environ.get('{process.upper()}_PORT', {port})" in check
        for check in all_of("HEALTHCHECK")
    ):
        yield "HEALTHCHECK does not ask where the process listens."
    sources = {
        copy.split()[-2] for copy in all_of("COPY") if not copy.startswith("--from")
    }
    if sources != {"requirements.lock", "config", process}:
        yield "It copies other than the lock, config and its own package."
    if any("--chown" in copy for copy in all_of("COPY")):
        yield "The code is not root's."
    if not any("--require-hashes" in run for run in all_of("RUN")):
        yield "The libraries are not held to their hashes."


def _instructions(text: str) -> list[tuple[str, str]]:
    """Read a Dockerfile without comments, its continued lines joined."""
    bare = re.sub(r"(?m)^\s*#.*\n", "", text)
    joined = re.sub(r"\s*\\\n\s*", " ", bare)
    pairs = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [(name.upper(), rest) for name, rest in pairs]
