"""What the reference reads out of the source text: log events and refusals."""

from __future__ import annotations

import ast
import importlib
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from docs.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEVELS = {"info": "info", "warning": "warning", "error": "error", "exception": "error"}
EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)+")
UNKNOWN = "…"


def log_events(root: Path, packages: tuple[str, ...]) -> str:
    """
    Return every event that these packages log, its level, its fields and its sentence.

    Where a line has no sentence of its own, the logging function's docstring says when
    it is written.
    """
    rows: dict[str, tuple[str, ...]] = {}
    for module, tree in _modules(root, packages):
        constants = _constants(module)
        for function in _functions(tree):
            for call in _calls(function):
                name = _name(call)
                event = _sentence(call.args[0], {}) if call.args else ""
                if name not in LEVELS or not EVENT.fullmatch(event):
                    continue
                given = {key.arg: key.value for key in call.keywords if key.arg}
                said = given.pop("msg", None)
                says = "" if said is None else _sentence(said, constants)
                rows[event] = (
                    f"`{event}`",
                    LEVELS[name],
                    ", ".join(f"`{field}`" for field in given),
                    f"“{says}”" if says else _first_line(function),
                )
    head = ("event", "level", "fields", "its sentence, or what is being done")
    return table(head, [rows[event] for event in sorted(rows)])


def refusals(root: Path) -> str:
    """Return every `bad-request` that the proxy writes: its status, its sentence."""
    rows: set[tuple[str, str]] = set()
    for _, tree in _modules(root, ("proxy",)):
        for call in _calls(tree):
            if _name(call) == "bad_request" and len(call.args) > 1:
                status = ast.unparse(call.args[0]).removeprefix("HTTPStatus.")
                detail = _sentence(call.args[1], {})
                if detail:
                    rows.add((f"{HTTPStatus[status]:d}", detail))
    return table(("status", "`detail`"), sorted(rows))


def _modules(root: Path, packages: tuple[str, ...]) -> Iterator[tuple[str, ast.Module]]:
    """Return each module's name and syntax tree."""
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            yield ".".join(parts), ast.parse(path.read_text(encoding="utf-8"))


def _functions(
    tree: ast.Module,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _first_line(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return (ast.get_docstring(function) or "").partition("\n")[0]


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(node) if isinstance(one, ast.Call))


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _constants(module: str) -> dict[str, str]:
    """Return the texts that a module names, or takes from another."""
    named = vars(importlib.import_module(module))
    return {name: str(text) for name, text in named.items() if isinstance(text, str)}


def _sentence(node: ast.expr, constants: dict[str, str]) -> str:
    """Return a text as it stands in the source, with what is filled in left out."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return constants.get(name, "")
        case ast.JoinedStr(values=parts):
            return "".join(_sentence(part, constants) or UNKNOWN for part in parts)
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return re.sub(r"\{.*?\}", UNKNOWN, _sentence(text, constants))
        case _:
            return ""
