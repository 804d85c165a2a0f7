"""Facts of reading secrets again without a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from config.proxy_settings import ProxySettings
from config.reloading import NOTHING, Reloader
from proxy.policies import client_tokens

if TYPE_CHECKING:
    from pathlib import Path

URL = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:9"}
KEY, NEW_KEY = "K" * 32, "N" * 32


class Bench:
    """A reloader on two files, and what it handed on."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "key"
        self.tokens = folder / "tokens"
        self.key.write_text(KEY)
        self.tokens.write_text("agent:first,desk:second")
        settings = ProxySettings.load(
            {
                **URL,
                "PROXY_UPSTREAM_KEY_FILE": str(self.key),
                "PROXY_CLIENT_TOKENS_FILE": str(self.tokens),
                "PROXY_CLIENT_LIMITS": "desk:60:",
                "PROXY_FRESH_S": "7",
            }
        )
        self.taken: list[ProxySettings] = []
        self._reloader = Reloader(settings, self.taken.append)

    def reload(self) -> list[tuple[str, object]]:
        """Reload, and return what the log says: events and what they name."""
        with capture_logs() as lines:
            self._reloader.reload()
        assert not any("s3cret" in str(line) or NEW_KEY in str(line) for line in lines)
        return [
            (line["event"], line.get("msg") or (line["changed"], line["unchanged"]))
            for line in lines
        ]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give a reloader on two good files."""
    return Bench(tmp_path)


def test_a_new_key_is_handed_on_at_once(bench: Bench) -> None:
    """With all other settings as they were; the log says which file was new."""
    bench.key.write_text(NEW_KEY)

    assert bench.reload() == [
        (
            "settings.reloaded",
            (["PROXY_UPSTREAM_KEY_FILE"], ["PROXY_CLIENT_TOKENS_FILE"]),
        )
    ]

    (taken,) = bench.taken
    assert taken.upstream_key is not None
    assert taken.upstream_key.get_secret_value() == NEW_KEY
    assert client_tokens(taken) == {"agent": ("first",), "desk": ("second",)}
    assert (taken.fresh_s, taken.limit_of("desk").per_minute) == (7, 60)


def test_what_is_unchanged_is_said_and_not_handed_on(bench: Bench) -> None:
    """An operator sees that the new secret has not arrived in the file yet."""
    assert bench.reload() == [
        (
            "settings.reloaded",
            ([], ["PROXY_UPSTREAM_KEY_FILE", "PROXY_CLIENT_TOKENS_FILE"]),
        )
    ]
    assert bench.taken == []


def test_a_bad_file_keeps_the_old_secret_and_costs_the_good_one_nothing(
    bench: Bench,
) -> None:
    """One line for each that is bad, naming its variable."""
    bench.key.unlink()
    bench.tokens.write_text("agent:third,desk:second")

    told = bench.reload()

    assert told[0][0] == "settings.not_reloaded"
    why = str(told[0][1])
    assert why.startswith("PROXY_UPSTREAM_KEY_FILE is ")
    assert why.endswith(
        "No such file or directory. What was in force before stays in force."
    )
    assert told[1] == ("settings.reloaded", (["PROXY_CLIENT_TOKENS_FILE"], []))
    (taken,) = bench.taken
    assert taken.upstream_key is not None
    assert taken.upstream_key.get_secret_value() == KEY
    assert client_tokens(taken)["agent"] == ("third",)


@pytest.mark.parametrize("content", ["", ",", "s3cret", "a:s3cret,b:s3cret", "a:b\x00"])
def test_tokens_that_would_not_start_are_not_taken(bench: Bench, content: str) -> None:
    """Least of all none: they would let everybody in."""
    bench.tokens.write_text(content)

    assert [event for event, _ in bench.reload()] == [
        "settings.not_reloaded",
        "settings.reloaded",
    ]
    assert bench.taken == []


def test_a_tool_with_a_limit_can_be_shut_out(bench: Bench) -> None:
    """A lost token is taken away at once, though the limits still name its tool."""
    bench.tokens.write_text("agent:first")

    bench.reload()

    assert client_tokens(bench.taken[0]) == {"agent": ("first",)}


def test_it_reads_again_as_often_as_it_is_asked(bench: Bench) -> None:
    """A second rotation begins where the first one ended, a bad one in between."""
    for content in ("A" * 32, "no key", "A" * 32, "B" * 32):
        bench.key.write_text(content)
        bench.reload()

    assert [
        taken.upstream_key.get_secret_value()
        for taken in bench.taken
        if taken.upstream_key is not None
    ] == ["A" * 32, "B" * 32]


def test_without_files_it_is_one_line_and_nothing_else() -> None:
    """Whoever expected more reads why."""
    taken: list[ProxySettings] = []
    with capture_logs() as lines:
        Reloader(ProxySettings.load(URL), taken.append).reload()

    assert [(line["event"], line["msg"]) for line in lines] == [
        ("settings.reloaded", NOTHING)
    ]
    assert taken == []
