"""Who may import whom: the drawing of ARCHITECTURE.md, held."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("proxy", "agent", "config", "demo")

# What a pure module must not touch: I/O, tasks, real time, chance, the environment.
IMPURE = frozenset(
    {
        *("asyncio", "os", "random", "secrets", "selectors", "shutil", "signal"),
        *("socket", "ssl", "subprocess", "tempfile", "threading", "time"),
    }
)
PURE_LIBRARIES = frozenset({"babel", "defusedxml", "rapidfuzz"})

# Third-party packages with one door each.
DOORS = {
    "opentelemetry": {"config.spans"},
    "prometheus_client": {"proxy.metrics", "agent.telemetry", "demo.stage"},
    "pydantic_settings": {
        "config.loading",
        "config.proxy_settings",
        "config.agent_settings",
    },
    "uvloop": {"proxy.__main__", "agent.__main__"},
}


def _modules() -> dict[str, ast.Module]:
    found: dict[str, ast.Module] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(part for part in parts if part != "__init__")
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = _modules()
PURE = frozenset(
    name
    for name, tree in MODULES.items()
    if (ast.get_docstring(tree) or "").startswith("Pure.")
)


def _imports(tree: ast.AST, *, at_run_time: bool) -> set[str]:
    """Return imported modules; without those for the type checker, if at run time."""
    found: set[str] = set()
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if at_run_time and _is_for_the_type_checker(node):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
        todo += ast.iter_child_nodes(node)
    return found


def _is_for_the_type_checker(node: ast.AST) -> bool:
    test = node.test if isinstance(node, ast.If) else None
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("name", sorted(PURE))
def test_a_pure_module_imports_only_pure_ones(name: str) -> None:
    """A module that calls itself pure reaches no I/O, clock or chance."""
    for imported in _imports(MODULES[name], at_run_time=True):
        top = imported.partition(".")[0]
        if top in PACKAGES:
            assert imported in PURE, f"{name} imports {imported}"
        else:
            known = top in sys.stdlib_module_names or top in PURE_LIBRARIES
            assert known, f"{name} imports {imported}"
            assert top not in IMPURE, f"{name} imports {imported}"


def test_the_cores_are_pure() -> None:
    """The breaker, freshness, the PMS's rules and the dialogue call themselves pure."""
    cores = {
        *(
            "proxy.breaker.breaker",
            "proxy.cache.freshness",
            "proxy.replies",
            "proxy.problems",
        ),
        *("proxy.qloapps.classes", "proxy.qloapps.keys", "proxy.qloapps.answers"),
        *("agent.understanding.grammar", "agent.dialogue.step"),
        "agent.replies.render",
    }
    assert cores <= PURE


@pytest.mark.parametrize("name", sorted(MODULES))
def test_packages_keep_their_distance(name: str) -> None:
    """HTTP is the only bridge between proxy and agent; config knows neither."""
    package = name.partition(".")[0]
    forbidden = {
        "proxy": {"agent", "demo"},
        "agent": {"proxy", "demo"},
        "config": {"proxy", "agent", "demo"},
        "demo": {"proxy", "agent"},
    }[package]
    imported = _imports(MODULES[name], at_run_time=False)
    assert not {other.partition(".")[0] for other in imported} & forbidden


@pytest.mark.parametrize("name", sorted(MODULES))
def test_only_the_root_of_a_process_knows_the_configuration(name: str) -> None:
    """Parts take small policies; only who builds these sees the settings."""
    package, _, module = name.partition(".")
    roots = {"__main__", "app", "parts", "policies"}
    if package in {"proxy", "agent"} and module not in roots:
        imported = _imports(MODULES[name], at_run_time=False)
        assert not {other for other in imported if other.startswith("config")}


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_library_comes_in_by_its_door(library: str) -> None:
    """What may be replaced one day is imported in one place."""
    users = {
        name
        for name, tree in MODULES.items()
        for imported in _imports(tree, at_run_time=False)
        if imported.partition(".")[0] == library
    }
    assert users <= DOORS[library]


def test_imports_go_one_way() -> None:
    """No module imports itself by way of others."""
    edges = {
        name: {other for other in _imports(tree, at_run_time=True) if other in MODULES}
        for name, tree in MODULES.items()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for other in sorted(edges[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())


def test_only_qloapps_knows_qloapps() -> None:
    """Another PMS would be one more package: only the root picks this one."""
    users = {
        name
        for name, tree in MODULES.items()
        for imported in _imports(tree, at_run_time=False)
        if imported.startswith("proxy.qloapps") and not name.startswith("proxy.qloapps")
    }
    assert users == {"proxy.parts"}
