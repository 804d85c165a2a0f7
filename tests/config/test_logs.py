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
