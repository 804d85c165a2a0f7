"""What must be true of a process's Dockerfile, beyond what hadolint knows."""

from __future__ import annotations

import json
import re


def faults(text: str, process: str, port: int) -> list[str]:
    """Return, a sentence each, what is wrong with the Dockerfile of `process`."""
    instructions = _instructions(text)

    def all_of(name: str) -> list[str]:
        return [rest for instruction, rest in instructions if instruction == name]

    def some(name: str, words: str) -> bool:
        return any(words in rest for rest in all_of(name))

    copied = {copy.split()[-2] for copy in all_of("COPY") if "--from" not in copy}
    asked = f":%s/health/live' % os.environ.get('{process.upper()}_PORT', {port})"
    bases = [base.split()[0] for base in all_of("FROM")]
    rules = {
        "The base is no argument before the first FROM.": (
            instructions[0][0] == "ARG"
            and instructions[0][1].startswith("PYTHON_IMAGE=")
        ),
        "It has not two stages on PYTHON_IMAGE.": bases == ["${PYTHON_IMAGE}"] * 2,
        "An ENTRYPOINT would stand before Fly's process command.": (
            not all_of("ENTRYPOINT")
        ),
        "CMD is not the process alone, in exec form.": (
            all_of("CMD") == [json.dumps(["python", "-m", process])]
        ),
        "USER is not the one number.": all_of("USER") == ["10001"],
        "EXPOSE is not the settings' default.": all_of("EXPOSE") == [str(port)],
        "HEALTHCHECK does not ask where it listens.": some("HEALTHCHECK", asked),
        "It copies other than the lock, config and its own package.": (
            copied == {"${LOCK}", "config", process}
        ),
        "The code is not root's.": not some("COPY", "--chown"),
        "The libraries are not held to their hashes.": some("RUN", "--require-hashes"),
    }
    return [fault for fault, holds in rules.items() if not holds]


def _instructions(text: str) -> list[tuple[str, str]]:
    """Read a Dockerfile without comments, its continued lines joined."""
    bare = re.sub(r"(?m)^\s*#.*\n", "", text)
    joined = re.sub(r"\s*\\\n\s*", " ", bare)
    pairs = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [(name.upper(), rest) for name, rest in pairs]
