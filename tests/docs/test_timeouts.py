"""The numbers of docs/timeouts.md are those of the settings and of the code."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from itertools import chain
from pathlib import Path
from pkgutil import resolve_name

import pytest

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings

PAGE = (Path(__file__).parents[2] / "docs/timeouts.md").read_text(encoding="utf-8")
ROW = re.compile(r"(?m)^\|.*\| (?P<shown>[0-9.]+|none) \|.*\| `(?P<place>[\w.]+)` \|$")
ROWS = [(found["place"], found["shown"]) for found in ROW.finditer(PAGE)]
MODELS = (ProxySettings, AgentSettings)
DEFAULTS = {
    model.variable(name): field.default
    for model in MODELS
    for name, field in model.model_fields.items()
}


def _value(place: str) -> object:
    """Return what stands at a place: a setting's default, or a constant."""
    if place in DEFAULTS:
        return DEFAULTS[place]
    module, _, name = place.rpartition(".")
    if is_dataclass(owner := resolve_name(module)):
        return next(field.default for field in fields(owner) if field.name == name)
    return getattr(owner, name)


@pytest.mark.parametrize(("place", "shown"), ROWS, ids=[place for place, _ in ROWS])
def test_a_number_is_the_one_in_force(place: str, shown: str) -> None:
    """Each row says how long it is where the row says that it is set."""
    value = _value(place)
    assert shown == "none" if value is None else float(shown) == value


def test_every_row_is_read() -> None:
    """No row of a table is passed over for its form."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    heads = [line for line in lines if line.endswith("| where |")]
    assert len(ROWS) == len(lines) - len(heads) > 40


def test_every_time_that_can_be_set_is_told() -> None:
    """Whoever adds a time says on the page what happens when it is over."""
    times = chain.from_iterable(
        (model.variable(name) for name in model.model_fields if name.endswith("_s"))
        for model in MODELS
    )
    assert set(times) - {place for place, _ in ROWS} == set()
