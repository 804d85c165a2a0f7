"""
Looks at text files as a hook before a commit: `python -m tools.text_files FILE…`.

TOML, YAML and JSON can be read, no line ends in white space, and a file ends with one
newline. Prints a sentence for each fault; exit code 1 where there is any.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

# Two spaces at the end of a line are a break in Markdown.
_TRAILING = re.compile(r"(?m)[ \t]+$")


def faults(path: Path) -> Iterator[str]:
    """Say, a sentence each, what is wrong with one file."""
    text = path.read_text(encoding="utf-8")
    try:
        match path.suffix:
            case ".toml":
                tomllib.loads(text)
            case ".yml" | ".yaml":
                list(yaml.safe_load_all(text))
            case ".json":
                json.loads(text)
            case _:
                pass
    except (ValueError, yaml.YAMLError) as exc:
        yield f"{path} cannot be read: {' '.join(str(exc).split())}."
    if found := _TRAILING.search(text):
        line = text.count("\n", 0, found.start()) + 1
        yield f"{path}, line {line}, ends in white space."
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        yield f"{path} does not end with one newline."


def main() -> int:
    """Look at the files named on the command line."""
    found = [fault for name in sys.argv[1:] for fault in faults(Path(name))]
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
