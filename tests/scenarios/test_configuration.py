"""Scenario 48: the shop's own Host, and redirects that betray a wrong one."""

from __future__ import annotations

import pytest

from demo import faults
from fakes.rig import Rig, a_rig

JSON = {"Accept": "application/json"}


@pytest.mark.parametrize("host", ["proxy.internal", "evil.example:1", "localhost"])
async def test_the_pms_sees_its_own_host(rig: Rig, host: str) -> None:
    """Scenario 48: whatever Host the client names, the PMS gets its own: 200."""
    named = {"Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}"}

    got = await rig.ask("GET", "/api/hotels", headers=named)

    assert got.status == 200
    (call,) = rig.pms.calls
    assert call.headers.getall("Host") == [rig.pms.host]
    assert not any(host in value for value in call.headers.values())


async def test_a_redirect_is_never_followed() -> None:
    """Scenario 48: a wrong Host's 302 is a failure of cause configuration."""
    async with a_rig({"PROXY_UPSTREAM_HOST": "other.example"}) as rig:
        for number in range(5):
            got = await rig.ask("GET", f"/api/hotels/{number}", headers=JSON)
            assert got.status == 502
            assert got.json()["cause"] == "configuration"
            assert "Location" not in got.headers

        assert len(rig.pms.calls) == 5
        breaker = await rig.breaker()
        assert (breaker["state"], breaker["cause"]) == ("open", "configuration")
        rig.clock.advance(30)
        await rig.until_calls(6)
        await rig.until_state("open")
        assert (await rig.breaker())["cause"] == "configuration"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_any_redirect_gives_the_copy(rig: Rig, status: int) -> None:
    """Scenario 48: with a usable copy a redirect costs freshness alone."""
    whole = await rig.search(10)
    rig.clock.advance(31)
    seen = len(rig.pms.calls)
    rig.pms.always(faults.answers(status, {"Location": f"{rig.pms.url}/api/hotels"}))

    got = await rig.search(10)

    assert (got.status, got.body) == (200, whole.body)
    assert got.headers["Cache-Status"].endswith("detail=configuration")
    assert len(rig.pms.calls) == seen + 1


async def test_a_redirected_write_says_that_it_was_refused(rig: Rig) -> None:
    """A 302 to a write passes through as it is: nothing was written, nor followed."""
    rig.pms.always(faults.answers(302, {"Location": f"{rig.pms.url}/api/bookings"}))

    got = await rig.book()

    assert got.status == 302
    assert got.headers["X-Write-Outcome"] == "refused"
    assert len(rig.pms.calls) == 1
    failures = "pms_circuit_breaker_failures_total"
    assert await rig.metric(failures, cause="configuration") == 1
