"""The alerts' cases notice any change of an alert: each mutant fails one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from fakes.promtool import Rule, judge, read_cases, read_rules, write_test

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RULES = read_rules()
CASES = read_cases()
COMPARISONS = {"==": "!=", ">=": "<", ">": "<=", "<": ">="}
OPERATORS = {"and": "unless", "or": "and", "unless": "and"}
PIECE = 12
NUMBER = r"(?<=[=<>(] )[\d.]+|(?<=quantile\()[\d.]+"


def _numbers_near(text: str) -> list[str]:
    """Return a number a little smaller and a little greater."""
    number = float(text)
    if 1 <= number < 100 or not number:
        return [f"{number - 1:g}", f"{number + 1:g}"]
    return [f"{number * 0.8:g}", f"{number * 1.2:g}"]


def _twice(text: str) -> list[str]:
    return [f"{int(text[:-1]) * 2}{text[-1]}"]


# What is looked for in an expression, and what is put in its place.
CHANGES: dict[str, Callable[[str], list[str]]] = {
    r"(?<= )(==|>=|>|<)(?= )": lambda found: [COMPARISONS[found]],
    NUMBER: _numbers_near,
    r"(?<=\[)\d+m(?=\])": _twice,
    r'(?<=[a-z])(=~|!=|=)(?=")': lambda found: ["=" if found == "!=" else "!="],
    r"\b(and|or|unless)\b": lambda found: [OPERATORS[found]],
    r"\b(min|max)(?= without)": lambda found: ["max" if found == "min" else "min"],
    r"(?<=\()instance, host, region": lambda _: ["instance", "host, region"],
    r"absent\((\w+)\)": lambda found: [found.removeprefix("absent")],
}


def _expressions(expression: str) -> Iterator[str]:
    """Yield the expression with one thing changed."""
    for pattern, change in CHANGES.items():
        for found in re.finditer(pattern, expression):
            for changed in change(found.group()):
                yield expression[: found.start()] + changed + expression[found.end() :]


def _mutants(rule: Rule) -> list[Rule]:
    """Return the rule with one thing changed, under names of their own."""
    waits_min = int(rule.get("for", "0m").replace("1h", "60m")[:-1])
    changed = [
        *({"expr": expression} for expression in _expressions(rule["expr"])),
        *(
            {"for": f"{other}m"}
            for other in (waits_min - 1, waits_min + 1)
            if other >= 0
        ),
    ]
    bare = {**rule, "annotations": {}}
    return [
        {**bare, **change, "alert": f"Mutant{number}"}
        for number, change in enumerate(changed)
    ]


# In pieces that are soon judged.
PIECES = {
    f"{alert}-{first}": (alert, mutants[first : first + PIECE])
    for alert, mutants in ((alert, _mutants(rule)) for alert, rule in RULES.items())
    for first in range(0, len(mutants), PIECE)
}


@pytest.mark.parametrize(("alert", "mutants"), list(PIECES.values()), ids=list(PIECES))
def test_no_change_of_an_alert_goes_unnoticed(
    alert: str, mutants: list[Rule], tmp_path: Path
) -> None:
    """A comparison, number, span, label, operator or `for` changed fails a case."""
    unnoticed = {rule["alert"]: rule for rule in mutants}
    for case in CASES[alert]:
        rules = list(unnoticed.values())
        test = case.test(*rules, minutes=case.turns())
        path = write_test(tmp_path, "mutants", rules, [test])
        for name in re.findall(r"alertname: (\w+), time:", judge(path)[path]):
            unnoticed.pop(name, None)

    assert list(unnoticed.values()) == []
