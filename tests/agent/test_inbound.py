from __future__ import annotations

import json
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import PayloadError
from agent.kept.inbox import Letter
from agent.messages import Guest
from agent.whatsapp.inbound import read_payload

if TYPE_CHECKING:
    from collections.abc import Callable


def payload(*messages: object) -> bytes:
    """Wrap messages as WhatsApp does."""
    change = {"field": "messages", "value": {"messages": list(messages)}}
    return json.dumps({"entry": [{"changes": [change]}]}).encode()


NOW = 1795525555.0


def texts(raw: bytes) -> list[str]:
    """Return what the letters of a body say."""
    return [letter.text for _, letter in read_payload(raw, NOW).letters]


def test_text(sample: Callable[[str], bytes]) -> None:
    """A text is read with its id, its time, and whom to answer."""
    ((guest, letter),) = read_payload(sample("in_text"), NOW).letters
    assert letter == Letter(
        id="wamid.HBgNNTQ5MTEwMDAwMDE3NxUCABIYFElOMDAwMQ==",
        kind="text",
        at=1795525200,
        text="Hola! tenés lugar del 5 al 8 de diciembre para dos?",
    )
    assert guest == Guest(
        address="5491100000177",
        is_phone=True,
        name="Lucía Ferreyra",
        user_id="AR.7731904425518206",
    )


def test_both_shapes_of_guest(sample: Callable[[str], bytes]) -> None:
    """A guest has a phone, or a user id alone."""
    raw = sample("in_text_legacy_without_user_id")
    ((legacy, _),) = read_payload(raw, NOW).letters
    assert legacy == Guest(address="5491100000177", is_phone=True, name="Tom Reyes")
    raw = sample("in_text_without_phone_bsuid")
    ((hidden, _),) = read_payload(raw, NOW).letters
    user_id = "BR.1190457730021846"
    assert hidden == Guest(address=user_id, is_phone=False, name="Bia", user_id=user_id)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("in_batch_two_messages", ["hola", "para mañana por 3 noches, somos 2"]),
        ("in_multi_entry_mixed", ["dale"]),
        ("in_button_reply", ["Sí, confirmar"]),
        ("in_list_reply", ["Doble"]),
        ("in_quoted_text", ["esta"]),
        *((f"in_{kind}", [""]) for kind in ("audio", "image", "location")),
        ("in_unsupported", [""]),
        ("in_reaction", []),
        ("in_reaction_removed", []),
    ],
)
def test_samples(sample: Callable[[str], bytes], name: str, said: list[str]) -> None:
    """Every message that asks for an answer is found, wherever it stands."""
    inbound = read_payload(sample(name), NOW)
    assert texts(sample(name)) == said
    assert inbound.ignored == (not said)
    assert all(
        (letter.kind == "text") == bool(letter.text) for _, letter in inbound.letters
    )


def test_own_button() -> None:
    """A tap on a button of the agent's says what the button stands for, and to what."""
    tap = {"type": "button_reply", "button_reply": {"id": "", "title": "Sí ✅"}}
    message = {"id": "x", "from": "1", "type": "interactive", "interactive": tap}
    for id_, said, answers_to in (
        ("say:1f2e:sí: ya", "sí: ya", "1f2e"),
        ("say::sí", "sí", ""),
        ("say:sí", "Sí ✅", "unknown"),
        ("tap:1f2e:sí", "Sí ✅", "unknown"),
    ):
        tap["button_reply"]["id"] = id_  # type: ignore[index]
        ((_, letter),) = read_payload(payload(message), NOW).letters
        assert (letter.text, letter.answers_to) == (said, answers_to)


def test_troubles(sample: Callable[[str], bytes]) -> None:
    """Replies that did not arrive, and the account's troubles, are told by code."""
    failed = read_payload(sample("in_status_failed_131047"), NOW)
    assert (failed.failed, failed.account, failed.letters) == ((131047,), (), ())
    assert failed.undelivered == (
        ("5491100000177", "wamid.HBgNNTQ5MTEwMDAwMDE3NxUCABIYFE9VVDAwMDk="),
        ("AR.7731904425518206", "wamid.HBgNNTQ5MTEwMDAwMDE3NxUCABIYFE9VVDAwMDk="),
    )
    account = read_payload(sample("in_errors_account_130429"), NOW)
    assert (account.failed, account.account) == ((), (130429,))
    for name in ("sent", "delivered", "read"):
        assert read_payload(sample(f"in_status_{name}"), NOW).failed == ()


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "text"},
        {"id": 1, "type": "text"},
        {"id": "x", "type": "text", "text": "hola"},
        {"id": "x" * 1000, "type": "text"},
        {"id": "x", "type": "text", "text": {"body": "nobody's"}},
        {"id": "x", "from": "1", "type": "text", "timestamp": "yesterday"},
        None,
    ],
)
def test_one_broken_message(broken: object) -> None:
    """A message of no known shape is passed over, and hides no other."""
    good = {"id": "y", "from": "1", "type": "text", "text": {"body": "hola"}}
    inbound = read_payload(payload(broken, good), NOW)
    assert [letter.text for _, letter in inbound.letters] == ["hola"]
    assert inbound.ignored == 1
    assert inbound.letters[0][1].at == NOW


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
    ],
)
def test_not_whatsapp(raw: bytes) -> None:
    """What WhatsApp would not send is told so in one sentence."""
    with pytest.raises(PayloadError, match="The body is not"):
        read_payload(raw, NOW)


def test_half_a_surrogate_pair() -> None:
    """Half a surrogate pair is legal JSON, and becomes a question mark."""
    message = {"id": "x", "from": "1", "type": "text", "text": {"body": "ho\ud800la"}}
    assert texts(payload(message)) == ["ho?la"]


def test_strange_numbers() -> None:
    """Numbers beside what is read do no harm."""
    message = {"id": "x", "from": "1", "type": "text", "text": {"body": "\x00 😀"}}
    raw = payload({**message, "n": float("nan"), "m": 10**400, "x": 1e308})
    assert texts(raw) == ["\x00 😀"]


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
        read_payload(json.dumps(value).encode(), NOW)


def test_a_flood_of_wrong_items() -> None:
    """However many items are wrong, the first one ends the reading."""
    began = perf_counter()
    with pytest.raises(PayloadError, match=r"entry\.0"):
        read_payload(b'{"entry":[' + b",".join([b"1"] * 500_000) + b"]}", NOW)
    assert read_payload(payload(*[1] * 500_000), NOW).ignored == 500_000
    assert perf_counter() - began < 2
