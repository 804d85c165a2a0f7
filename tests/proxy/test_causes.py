"""Facts of the words for each cause, wherever people meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from demo import faults
from fakes.rig import Rig, a_rig
from proxy.causes import CAUSE_WORDS, in_words
from proxy.messages import Cause

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

JSON = {"Accept": "application/json"}
KEY = CAUSE_WORDS[Cause.CREDENTIALS]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy with its own key."""
    async with a_rig() as started:
        yield started


def test_every_cause_has_its_own_sentence() -> None:
    """No two causes read alike, and each is one sentence on one line."""
    sentences = [in_words(cause) for cause in Cause]

    assert len(set(sentences)) == len(Cause)
    for sentence in sentences:
        assert sentence is not None
        assert sentence.startswith("The PMS ")
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_an_operators_hand_has_no_words() -> None:
    """What nobody caused is not explained."""
    assert in_words(None) is None


@pytest.mark.parametrize("cause", [Cause.CREDENTIALS, Cause.CONFIGURATION])
def test_what_is_not_the_pmss_fault_says_that_it_is_up(cause: Cause) -> None:
    """Nobody phones the PMS team for a key or an address."""
    assert CAUSE_WORDS[cause].endswith("the PMS itself is up.")
    assert "PROXY_UPSTREAM_" in CAUSE_WORDS[cause]


async def test_an_expired_key_says_so_wherever_one_looks(rig: Rig) -> None:
    """The 502, the 503, a write's 503, the status and the log: one sentence."""
    rig.pms.always(faults.expired_key())
    with capture_logs() as lines:
        failed = [
            await rig.ask("GET", f"/api/hotels/{number}", headers=JSON)
            for number in range(5)
        ]
        refused = await rig.ask("GET", "/api/hotels/9", headers=JSON)
        booked = await rig.book(Accept="application/json")
        status = await rig.breaker()

    for got in (*failed, refused, booked):
        assert KEY in got.json()["detail"]
    assert status["cause_means"] == KEY
    (opened,) = [line for line in lines if line["event"] == "breaker.opened"]
    assert opened["cause_means"] == KEY


async def test_the_first_refusal_of_the_key_is_logged_at_once(rig: Rig) -> None:
    """Before anything opens there is a line; then one a second, with a count."""
    rig.pms.always(faults.expired_key())
    with capture_logs() as lines:
        for number in range(3):
            await rig.get(f"/api/hotels/{number}")
        rig.clock.advance(1)
        await rig.get("/api/hotels/3")

    told = [line for line in lines if line["event"] == "upstream.key_refused"]
    assert [(line["msg"], line["count"]) for line in told] == [(KEY, 1), (KEY, 3)]


async def test_another_cause_is_not_told_as_a_refused_key(rig: Rig) -> None:
    """A PMS that crashes says that it crashes, and writes no line about the key."""
    with capture_logs() as lines:
        await rig.fails(5)
        got = await rig.ask("GET", "/api/hotels", headers=JSON)

    assert CAUSE_WORDS[Cause.DOWN] in got.json()["detail"]
    assert "upstream.key_refused" not in {line["event"] for line in lines}


async def test_a_forced_breaker_explains_no_cause() -> None:
    """An operator's order has his reason, and no cause of ours."""
    async with a_rig({"PROXY_ADMIN_TOKEN": "t"}) as rig:
        with capture_logs() as lines:
            await rig.ask(
                "POST", "/admin/breaker/open?why=x", headers={"X-Admin-Token": "t"}
            )
            status = await rig.breaker()

    assert status["cause_means"] is None
    (opened,) = [line for line in lines if line["event"] == "breaker.opened"]
    assert "cause_means" not in opened
