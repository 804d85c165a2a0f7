"""Logs: one line an event, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from config.logs import HIDDEN, set_up_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "Q" * 32


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Leave the logging of other tests as it was."""
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True)


def test_an_event_is_one_json_line() -> None:
    """Away from a terminal each event is a JSON object on a line of its own."""
    stream = io.StringIO()
    set_up_logs(stream=stream)

    structlog.get_logger().warning("breaker.opened", msg="at 3\nin the morning")

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["msg"] == "at 3\nin the morning"


def test_a_secret_is_hidden_wherever_it_stands() -> None:
    """In text, in nested values and in a library's own log line."""
    stream = io.StringIO()
    set_up_logs(secrets=[KEY], stream=stream)

    structlog.get_logger().info("x", msg=f"key {KEY}", nested={"a": [KEY, 1]})
    logging.getLogger("aiohttp").error("Basic %s", KEY)

    assert KEY not in stream.getvalue()
    assert stream.getvalue().count(HIDDEN) == 3


def test_a_secret_in_an_exception_is_hidden() -> None:
    """A traceback is not a way out for a key."""
    stream = io.StringIO()
    set_up_logs(secrets=[KEY], stream=stream)

    try:
        int(KEY)
    except ValueError:
        structlog.get_logger().exception("request.crashed")

    assert "ValueError" in stream.getvalue()
    assert KEY not in stream.getvalue()


@pytest.mark.parametrize(
    ("secret", "said", "shown"),
    [
        ("a", "after a while at agent=a", f"after {HIDDEN} while at agent={HIDDEN}"),
        (
            "desk",
            "desktop, desks, X-Proxy-Token: desk",
            f"desktop, desks, X-Proxy-Token: {HIDDEN}",
        ),
        ("desk", "desk", HIDDEN),
        ("de.k", "desk de.k", f"desk {HIDDEN}"),
        ("t0ken-7", "t0ken-7, t0ken-78", f"{HIDDEN}, t0ken-78"),
        ("t0ken-78", "xt0ken-789", f"x{HIDDEN}9"),
    ],
)
def test_a_short_secret_is_hidden_as_a_whole_word(
    secret: str, said: str, shown: str
) -> None:
    """Below 8 characters it blanks no part of another word; from 8 on, anything."""
    stream = io.StringIO()
    set_up_logs(secrets=[secret], stream=stream)

    structlog.get_logger().info("x", msg=said)

    assert json.loads(stream.getvalue())["msg"] == shown


def test_no_secret_hides_when_or_how_grave() -> None:
    """Level and time of a line are never a secret, whatever a token is."""
    stream = io.StringIO()
    set_up_logs(secrets=["info", "00", "Z"], stream=stream)

    structlog.get_logger().info("x")

    line = json.loads(stream.getvalue())
    assert line["level"] == "info"
    assert HIDDEN not in line["timestamp"]


def test_a_secret_learned_later_is_hidden_like_the_first() -> None:
    """After a rotation neither the new nor the old one is shown, by any logger."""
    stream = io.StringIO()
    redactor = set_up_logs(secrets=[KEY], stream=stream)
    new = "N" * 32

    redactor.learn([new])
    structlog.get_logger().info("x", msg=f"{KEY} {new}")
    logging.getLogger("aiohttp").error("Basic %s", new)

    assert KEY not in stream.getvalue()
    assert new not in stream.getvalue()


def test_a_secret_that_holds_another_is_hidden_whole() -> None:
    """In whatever order they are learned."""
    stream = io.StringIO()
    redactor = set_up_logs(secrets=["longsecret"], stream=stream)
    redactor.learn(["longsecret-and-more"])

    structlog.get_logger().info("x", msg="longsecret-and-more")

    assert json.loads(stream.getvalue())["msg"] == HIDDEN
