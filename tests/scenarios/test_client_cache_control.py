"""What a client's Cache-Control does in every state of the breaker (CONTRACT §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes.raw_client import once

if TYPE_CHECKING:
    from fakes.rig import Got, Rig


async def _ask(rig: Rig, state: str, age: float, wish: str | None) -> tuple[Got, int]:
    """Age a copy, bring the breaker into a state, ask; also say how many calls."""
    await rig.search()
    if state == "closed":
        rig.clock.advance(age)
    elif state == "open":
        rig.clock.advance(age)
        await rig.fails(5)
    else:
        await rig.fails(5)
        gate = faults.holds()
        rig.pms.always(gate)
        rig.clock.advance(30)
        await gate.arrived.wait()
        rig.clock.advance(age - 30)
    seen = len(rig.pms.calls)
    # An empty field wishes nothing.
    got = await rig.search(Accept="application/json", Cache_Control=wish or "")
    return got, len(rig.pms.calls) - seen


@pytest.mark.parametrize(
    ("wish", "age", "cache_status", "calls"),
    [
        (None, 10, "hit; ttl=20", 0),
        ("no-cache", 10, "fwd=request; stored", 1),
        ("No-Cache", 10, "fwd=request; stored", 1),
        ("max-age=10", 10, "hit; ttl=20", 0),
        ("max-age=9", 10, "fwd=miss; stored", 1),
        ("max-age=0", 10, "fwd=miss; stored", 1),
        ("max-age=60", 40, "fwd=stale; stored", 1),
        ("max-age=nonsense", 10, "hit; ttl=20", 0),
        ("max-age=-1", 10, "hit; ttl=20", 0),
        ("only-if-cached", 10, "hit; ttl=20", 0),
        ("only-if-cached, max-age=10", 10, "hit; ttl=20", 0),
        ("no-store", 10, "hit; ttl=20", 0),
        ("no-store", 40, "fwd=bypass", 1),
        ("x-y, , =", 10, "hit; ttl=20", 0),
    ],
)
async def test_while_closed_a_wish_is_met(
    rig: Rig, wish: str | None, age: float, cache_status: str, calls: int
) -> None:
    """The copy where the client takes it, else the PMS."""
    got, asked = await _ask(rig, "closed", age, wish)

    assert (got.status, asked) == (200, calls)
    assert got.headers["Cache-Status"] == f"pms-proxy; {cache_status}"
    assert not got.is_marked


@pytest.mark.parametrize(
    ("wish", "age"),
    [
        ("only-if-cached", 40),
        ("only-if-cached, max-age=9", 10),
        ("only-if-cached", 301),
    ],
)
async def test_only_if_cached_asks_nobody(rig: Rig, wish: str, age: float) -> None:
    """Without a fresh copy it is 504, and no call (RFC 9111 §5.2.1.7)."""
    got, asked = await _ask(rig, "closed", age, wish)

    assert (got.status, asked) == (504, 0)
    assert got.headers["Proxy-Status"].startswith("pms-proxy; error=")
    assert (await rig.breaker())["failures_in_window"] == 0


@pytest.mark.parametrize("state", ["open", "half_open"])
@pytest.mark.parametrize(
    ("wish", "age", "status"),
    [
        (None, 40, 200),
        ("no-cache", 40, 503),
        ("max-age=40", 40, 200),
        ("max-age=39", 40, 503),
        ("only-if-cached", 40, 200),
        ("only-if-cached", 301, 504),
        ("no-store", 40, 200),
    ],
)
async def test_while_not_closed_no_wish_asks_the_pms(
    rig: Rig, state: str, wish: str | None, age: float, status: int
) -> None:
    """The marked copy where the client takes it, else 503, or 504 if it asked so."""
    got, asked = await _ask(rig, state, age, wish)

    assert (got.status, asked) == (status, 0)
    assert got.is_marked is (status == 200)
    assert got.headers["X-PMS-Circuit-Breaker"] == state
    if status == 503:
        assert got.json()["type"].endswith("/breaker-open")
        assert int(got.headers["Retry-After"]) >= 1


async def test_no_store_keeps_nothing(rig: Rig) -> None:
    """The answer to such a question is not kept for anybody."""
    got = await rig.search(Cache_Control="no-store")

    assert got.headers["Cache-Status"] == "pms-proxy; fwd=bypass"
    assert (await rig.status())["cache"]["entries"] == 0


async def test_no_cache_that_fails_gets_no_copy(rig: Rig) -> None:
    """Who wants the PMS's own word gets it, or hears why not."""
    await rig.search()
    rig.pms.plays(faults.error_page())

    got = await rig.search(Cache_Control="no-cache", Accept="application/json")

    assert (got.status, got.json()["cause"]) == (502, "down")


async def test_no_cache_refreshes_the_copy_of_all(rig: Rig) -> None:
    """What one client asked anew the next gets fresh."""
    await rig.search()
    rig.clock.advance(20)
    await rig.search(Cache_Control="no-cache")

    assert (await rig.search()).headers["Age"] == "0"


async def test_a_wish_may_come_in_two_fields(rig: Rig) -> None:
    """Cache-Control is a list, in one field or several."""
    await rig.get("/api/hotels")
    got = await once(
        rig.url,
        b"GET /api/hotels HTTP/1.1\r\nHost: x\r\nCache-Control: max-age=60\r\n"
        b"Cache-Control: no-cache\r\n\r\n",
    )

    assert got.headers["Cache-Status"] == "pms-proxy; fwd=request; stored"
