from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from agent.messages import Choice, Guest, Reply
from agent.whatsapp.bodies import SAYS, message_body
from fakes.whatsapp_limits import limits

if TYPE_CHECKING:
    from collections.abc import Callable

GUEST = Guest(address="5491100000177", is_phone=True)


def interactive(reply: Reply) -> Any:
    """Return what is interactive in a reply."""
    return json.loads(json.dumps(message_body(GUEST, reply)))["interactive"]


def test_buttons(sample: Callable[[str], bytes]) -> None:
    """Up to three choices are buttons, in the recorded shape."""
    expected = json.loads(sample("out_buttons"))["interactive"]
    yes, no = (button["reply"] for button in expected["action"]["buttons"])
    said = interactive(
        Reply(
            text=expected["body"]["text"],
            choices=(
                Choice(text="sí", title=yes["title"], answers_to="1f2e"),
                Choice(text="no", title=no["title"]),
            ),
        )
    )
    yes["id"], no["id"] = f"{SAYS}1f2e:sí", f"{SAYS}:no"
    assert said == expected


def test_list(sample: Callable[[str], bytes]) -> None:
    """More choices, or such with a detail, are a list in the recorded shape."""
    expected = json.loads(sample("out_list"))["interactive"]
    (section,) = expected["action"]["sections"]
    said = interactive(
        Reply(
            text=expected["body"]["text"],
            choices=tuple(
                Choice(text=row["id"], title=row["title"], detail=row["description"])
                for row in section["rows"]
            ),
        )
    )
    for row in section["rows"]:
        row["id"] = f"{SAYS}:{row['id']}"
    assert said["action"]["sections"] == [{"rows": section["rows"]}]
    assert said["action"]["button"] == "Ver opciones"
    assert (said["type"], said["body"]) == ("list", expected["body"])


def test_what_does_not_fit_is_text() -> None:
    """Two choices that look the same are not offered: the text suffices."""
    twice = Choice(text="a", title="Doble"), Choice(text="b", title="Doble")
    assert message_body(GUEST, Reply(text="x", choices=twice))["type"] == "text"


@given(
    st.builds(
        Reply,
        text=st.text(min_size=1).filter(str.strip),
        choices=st.lists(
            st.builds(Choice, text=st.text(), title=st.text(), detail=st.text()),
            max_size=12,
        ).map(tuple),
    )
)
def test_any_reply(reply: Reply) -> None:
    """Any reply with a word in it is a message that WhatsApp takes."""
    assert limits(message_body(GUEST, reply)) is None
