from __future__ import annotations

import json
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import PayloadError
from agent.inbound import read_payload
from agent.messages import Guest

if TYPE_CHECKING:
    from collections.abc import Callable


def payload(*messages: object) -> bytes:
    """Wrap messages as WhatsApp does."""
    change = {"field": "messages", "value": {"messages": list(messages)}}
    return json.dumps({"entry": [{"changes": [change]}]}).encode()


def test_text(sample: Callable[[str], bytes]) -> None:
    """A text is read with its id and whom to answer."""
    (text,) = read_payload(sample("in_text")).texts
    assert text.text == "Hola! tenés lugar del 5 al 8 de diciembre para dos?"
    assert text.id == "wamid.HBgNNTQ5MTEwMDAwMDE3NxUCABIYFElOMDAwMQ=="
    assert text.guest == Guest(address="5491100000177", is_phone=True)


def test_both_shapes_of_guest(sample: Callable[[str], bytes]) -> None:
    """A guest has a phone, or a user id alone."""
    (legacy,) = read_payload(sample("in_text_legacy_without_user_id")).texts
    assert legacy.guest == Guest(address="5491100000177", is_phone=True)
    (hidden,) = read_payload(sample("in_text_without_phone_bsuid")).texts
    assert hidden.guest == Guest(address="BR.1190457730021846", is_phone=False)


def test_every_message_is_walked(sample: Callable[[str], bytes]) -> None:
    """Texts are found in every entry and change, whatever stands beside them."""
    assert [t.text for t in read_payload(sample("in_batch_two_messages")).texts] == [
        "hola",
        "para mañana por 3 noches, somos 2",
    ]
    mixed = read_payload(sample("in_multi_entry_mixed"))
    assert [t.text for t in mixed.texts] == ["dale"]
    assert mixed.ignored == 0


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("in_audio", 1),
        ("in_unsupported", 1),
        ("in_reaction", 1),
        ("in_location", 1),
        ("in_button_reply", 1),
        ("in_status_read", 0),
        ("in_errors_account_130429", 0),
    ],
)
def test_no_text(sample: Callable[[str], bytes], name: str, ignored: int) -> None:
    """What is no text is counted and does no harm."""
    inbound = read_payload(sample(name))
    assert (inbound.texts, inbound.ignored) == ((), ignored)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 5000,
        b"null",
        b"[]",
        b"{}",
        b"NaN",
        b'{"entry": null}',
        b'{"entry": [1]}',
        b'{"entry": [{"changes": [{"field": "messages", "value": []}]}]}',
        payload({"type": "text"}),
        payload({"id": 1, "type": "text"}),
        payload({"id": "x", "type": "text", "text": "hola"}),
        payload({"id": "x" * 1000, "type": "text"}),
    ],
)
def test_not_whatsapp(raw: bytes) -> None:
    """What WhatsApp would not send is told so in one sentence."""
    with pytest.raises(PayloadError, match="The body is not"):
        read_payload(raw)


def test_half_a_surrogate_pair() -> None:
    """Half a surrogate pair is legal JSON, and becomes a question mark."""
    message = {"id": "x", "from": "1", "type": "text", "text": {"body": "ho\ud800la"}}
    (text,) = read_payload(payload(message)).texts
    assert text.text == "ho?la"


def test_strange_numbers() -> None:
    """Numbers beside what is read do no harm."""
    message = {"id": "x", "from": "1", "type": "text", "text": {"body": "\x00 😀"}}
    raw = payload({**message, "n": float("nan"), "m": 10**400, "x": 1e308})
    assert read_payload(raw).texts[0].text == "\x00 😀"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda part: (
            st.lists(part)
            | st.dictionaries(
                st.sampled_from(("entry", "changes", "field", "value", "messages")),
                part,
            )
        ),
    )
)
def test_any_json(value: object) -> None:
    """Any JSON is read or refused, never anything else."""
    with suppress(PayloadError):
        read_payload(json.dumps(value).encode())


def test_a_flood_of_wrong_items() -> None:
    """However many items are wrong, the first one ends the reading."""
    began = perf_counter()
    with pytest.raises(PayloadError, match=r"entry\.0"):
        read_payload(b'{"entry":[' + b",".join([b"1"] * 500_000) + b"]}")
    assert perf_counter() - began < 1
