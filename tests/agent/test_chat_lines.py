from __future__ import annotations

import pytest

from agent.chat.lines import breaker_line, picked, reply_lines
from agent.messages import Choice, Reply

YES, NO = Choice(text="yes", title="Yes"), Choice(text="no", title="No")


def test_reply() -> None:
    """A reply's choices stand beneath it, each with its number."""
    assert reply_lines(Reply(text="Hi!")) == "Hi!"
    reply = Reply(text="Shall I?", choices=(YES, NO))
    assert reply_lines(reply) == "Shall I?\n  [1] Yes\n  [2] No"


@pytest.mark.parametrize(
    ("line", "choice"),
    [
        ("1", YES),
        ("2)", NO),
        ("[2]", NO),
        ("1.", YES),
        ("0", None),
        ("3", None),
        ("12", None),
        ("yes", None),
        ("2 adults", None),
        ("la 2", None),
        ("2027", None),
        ("", None),
    ],
)
def test_pick(line: str, choice: Choice | None) -> None:
    """A number by itself picks what was shown under it; all else is said as it is."""
    assert picked(line, (YES, NO)) == choice
    assert picked(line, ()) is None


def test_breaker() -> None:
    """The breaker's line has the proxy's own reason, where it gave one."""
    assert breaker_line("open", "It crashes.").endswith("cannot be asked: It crashes.")
    assert breaker_line("open", None).endswith("the proxy does not say why.")
    assert breaker_line("closed", None) == "· The PMS can be asked again."
