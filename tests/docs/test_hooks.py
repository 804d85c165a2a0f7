"""The hooks before a commit run what is locked, on this machine alone."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.text_files import faults

ROOT = Path(__file__).parents[2]
CONFIG: dict[str, Any] = yaml.safe_load(
    (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
)
HOOKS: list[dict[str, Any]] = [
    hook for repo in CONFIG["repos"] for hook in repo["hooks"]
]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_a_program_that_is_there(hook: dict[str, Any]) -> None:
    """Nothing is fetched, and each program knows its own arguments."""
    assert hook["language"] == "system"
    re.compile(hook.get("exclude", ""))
    program, *arguments = shlex.split(hook["entry"])
    assert (ROOT / program).is_file()
    tried = subprocess.run(  # noqa: S603
        [ROOT / program, *arguments, *_quick(hook)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr


def _quick(hook: dict[str, Any]) -> list[str]:
    """Return what makes a hook do little: one file, or for mypy its version."""
    return ["config/version.py"] if hook.get("pass_filenames", True) else ["--version"]


def test_no_hook_is_from_elsewhere() -> None:
    """All of them are this repository's own."""
    assert [repo["repo"] for repo in CONFIG["repos"]] == ["local"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.toml", "a = 1\n", []),
        ("a.toml", "a =\n", ["a.toml cannot be read"]),
        ("a.yml", "a: [\n", ["a.yml cannot be read"]),
        ("a.json", '{"a": 1,}\n', ["a.json cannot be read"]),
        ("a.md", "a \nb\n", ["a.md, line 1, ends in white space"]),
        ("a.py", "a", ["a.py does not end with one newline"]),
        ("a.py", "a\n\n", ["a.py does not end with one newline"]),
        ("a.py", "", []),
    ],
)
def test_a_faulty_text_is_told(
    tmp_path: Path, name: str, text: str, said: list[str]
) -> None:
    """A file that cannot be read, or ends wrongly, is named with its fault."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = [fault.removeprefix(f"{tmp_path}/") for fault in faults(path)]
    assert len(found) == len(said)
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True))


def test_the_projects_own_texts_are_well() -> None:
    """The hook finds no fault in what is committed."""
    exclude = re.compile(HOOKS[-1]["exclude"])
    listed = subprocess.run(
        ["git", "ls-files", "*.toml", "*.yml", "*.yaml", "*.json", "*.md", "*.py"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\n")
    paths = [Path(name) for name in listed if name and not exclude.match(name)]
    assert [fault for path in paths for fault in faults(ROOT / path)] == []
