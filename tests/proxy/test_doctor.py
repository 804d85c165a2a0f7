"""`python -m proxy doctor`: it names the cause that the proxy names (issue 8)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import control, faults
from demo.keys import DISABLED_KEY, POWERLESS_KEY, READ_ONLY_KEY, UNLINKED_KEY
from demo.pms import StandIn
from fakes.doctor import HURRY, HurriedClock, TurnedClock, examine
from fakes.raw_pms import a_raw_pms
from fakes.redis_server import a_redis, free_port
from fakes.rig import a_rig

if TYPE_CHECKING:
    from asyncio import StreamWriter
    from collections.abc import AsyncIterator

    from fakes.doctor import Report
    from fakes.raw_pms import RawRequest
    from fakes.rig import Rig

ADMIN = "an-operators-token"
SHORT = "0.4"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy before a PMS; its calls may all be out at once."""
    environ = {"PROXY_MAX_INFLIGHT": "8", "PROXY_ADMIN_TOKEN": ADMIN}
    async with a_rig(environ) as started:
        yield started


def _settings(pms: StandIn, **more: str) -> dict[str, str]:
    usual = {"PROXY_UPSTREAM_URL": pms.url, "PROXY_UPSTREAM_TIMEOUT_S": SHORT}
    return {**usual, "PROXY_HOTELS": "1", **more}


async def _examine(rig: Rig, *arguments: str) -> Report:
    return await examine(_settings(rig.pms), *arguments, clock=TurnedClock(rig.clock))


async def _break(pms: StandIn, name: str) -> None:
    """Break it as the demo's control does, but not for as long."""
    if name == control.REFUSE:
        await pms.refuses()
    elif name == "slow":
        pms.always(faults.slow(0.05))
    elif name == "late":
        pms.always(faults.late())
    else:
        pms.always(control.PLAIN[name]())


async def _proxys_cause(rig: Rig, name: str) -> str | None:
    """Let guests search until the breaker would open; return why it did."""
    searches = [asyncio.create_task(rig.search(day)) for day in range(10, 15)]
    if name == "hang":
        await rig.until_calls(5)
        rig.clock.advance(15)
    await asyncio.gather(*searches)
    cause: str | None = (await rig.breaker())["cause"]
    return cause


@pytest.mark.parametrize("name", control.NAMES)
async def test_the_doctor_names_the_proxys_cause(rig: Rig, name: str) -> None:
    """For every way in which the demo breaks the PMS both say the same."""
    await _break(rig.pms, name)
    cause = await _proxys_cause(rig, name)

    report = await _examine(rig)

    assert report.judgement == (cause or "well")
    assert report.code == (1 if cause else 0)
    assert name in {"slow", "late", "maintenance"} or cause is not None


async def test_the_hotel_is_learned_from_the_running_proxy(rig: Rig) -> None:
    """Without PROXY_HOTELS it is the one that guests searched last."""
    await rig.search(hotel=1)
    environ = {"PROXY_UPSTREAM_URL": rig.pms.url}
    clock = TurnedClock(rig.clock)
    report = await examine(environ, "--url", rig.url, clock=clock)
    alone = await examine(environ, clock=clock)

    assert report.code_of("search") == "search_good"
    assert alone.code_of("search") == "search_list_good"


@pytest.mark.parametrize(
    ("name", "check"),
    [("crash", "http"), ("expired_key", "credentials"), ("reset", "http")],
)
async def test_what_depends_on_a_failure_is_not_tried(name: str, check: str) -> None:
    """The first failure ends the way to the PMS; Redis and the breaker are seen."""
    async with StandIn() as pms, a_redis() as redis:
        await _break(pms, name)
        report = await examine(_settings(pms, PROXY_REDIS_URL=redis.url))

    outcomes = [one["outcome"] for one in report.said["checks"]]
    names = [one["check"] for one in report.said["checks"]]
    assert outcomes.count("failed") == 1
    after = names[names.index(check) + 1 : names.index("redis")]
    assert after
    assert {report.code_of(one) for one in after} == {"not_tried"}
    assert report.code_of("redis") == "redis_good"
    assert report.code_of("breaker") == "proxy_left_out"


async def test_a_broken_search_is_not_healthy_because_a_list_answers() -> None:
    """The search is the last word, as the proxy's probe is."""
    async with StandIn() as pms:
        pms.always(faults.crash(resource="hotel_ari"))
        report = await examine(_settings(pms))
        unknown = await examine(_settings(pms, PROXY_HOTELS=""))

    assert report.code_of("credentials") == "credentials_good"
    assert (report.judgement, report.code_of("search")) == ("down", "search_down")
    assert (unknown.judgement, unknown.code_of("search")) == (
        "well",
        "search_list_good",
    )


@pytest.mark.parametrize(
    ("key", "check", "codes"),
    [
        pytest.param("short", "credentials", "18", id="malformed"),
        pytest.param(DISABLED_KEY, "credentials", "20, 21", id="disabled"),
        pytest.param(POWERLESS_KEY, "credentials", "21", id="powerless"),
        pytest.param(UNLINKED_KEY, "credentials", "132", id="other-shop"),
        pytest.param(READ_ONLY_KEY, "search", "", id="may-not-search"),
    ],
)
async def test_a_refused_key_is_told_with_the_pms_codes(
    key: str, check: str, codes: str
) -> None:
    """Each refusal is `credentials`, and its codes tell what to mend."""
    async with StandIn() as pms:
        report = await examine(_settings(pms, PROXY_UPSTREAM_KEY=key))

    assert report.judgement == "credentials"
    assert report.check(check)["outcome"] == "failed"
    assert codes in report.check(check)["says"]
    assert key not in str(report.said)


async def test_a_wrong_host_is_configuration() -> None:
    """QloApps redirects a stranger's Host; its query is not repeated."""
    async with StandIn() as pms:
        report = await examine(_settings(pms, PROXY_UPSTREAM_HOST="other.example"))

    assert (report.judgement, report.code_of("host")) == (
        "configuration",
        "host_redirects",
    )
    assert "302" in report.check("host")["says"]
    assert report.code_of("http") == "http_answered"


async def test_a_redirect_is_told_without_its_secrets() -> None:
    """Neither the query of where it leads to, nor a password in it."""
    to = {"Location": "http://u:s3cret@shop.example/index.php?ws_key=s3cret"}
    async with StandIn() as pms:
        pms.always(faults.answers(302, to))
        report = await examine(_settings(pms))

    assert "a http://shop.example/index.php)" in report.check("host")["says"]
    assert "s3cret" not in str(report.said)


async def test_without_a_key_nothing_is_searched() -> None:
    """The PMS's refusal of a stranger is the healthy answer, as for the probe."""
    async with StandIn() as pms:
        well = await examine(_settings(pms, PROXY_UPSTREAM_KEY=""))
        pms.always(faults.error_page())
        ill = await examine(_settings(pms, PROXY_UPSTREAM_KEY=""))

        assert well.judgement == "well"
        assert well.code_of("credentials") == "credentials_none"
        assert well.code_of("search") == "search_keyless"
        assert ill.judgement == "down"
        assert {call.method for call in pms.calls} == {"GET"}


async def test_nothing_is_written() -> None:
    """The PMS sees two reads, nothing else."""
    async with StandIn() as pms:
        await examine(_settings(pms))

        asked = [(call.method, call.resource) for call in pms.calls]
    assert asked == [("GET", "hotels"), ("POST", "hotel_ari")]


async def test_the_running_breaker_is_told(rig: Rig) -> None:
    """State, since when, cause and failures come from the proxy that runs."""
    await rig.fails(5)
    rig.clock.advance(29)
    rig.pms.always(faults.error_page())

    report = await _examine(rig, "--url", rig.url)

    breaker = report.said["breaker"]
    assert (breaker["state"], breaker["cause"]) == ("open", "down")
    assert breaker["not_closed_s"] == 29
    assert len(breaker["last_failures"]) == 5
    assert report.said["is_passing"] is False
    assert report.said["level"] == "first"


@pytest.mark.parametrize(
    ("after_s", "level", "who"),
    [
        pytest.param(1800, "first", "Over 30 min: L2", id="30-min"),
        pytest.param(1860, "l2", "now the L2 PMS team", id="31-min"),
        pytest.param(7200, "l2", "now the L2 PMS team", id="2-h"),
        pytest.param(7260, "critical", "now C-level", id="2-h-1-min"),
    ],
)
async def test_who_must_know_follows_the_outage(
    rig: Rig, after_s: float, level: str, who: str
) -> None:
    """After 30 min it is the L2 team too, after 2 h C-level, by the proxy's time."""
    rig.pms.always(faults.error_page())
    await rig.fails(5)
    rig.pms.always(faults.holds())
    rig.clock.advance(after_s)

    report = await _examine(rig, "--url", rig.url, "--lang", "en")

    assert report.said["level"] == level
    assert who in report.said["call"]


async def test_a_pms_that_is_back_is_told_before_the_probe(rig: Rig) -> None:
    """The doctor is answered while the breaker waits: the cause is the breaker's."""
    await rig.fails(5)

    report = await _examine(rig, "--url", rig.url)

    assert (report.code, report.judgement) == (1, "down")
    assert report.said["is_passing"] is True


async def test_an_operators_hand_is_told(rig: Rig) -> None:
    """A forced breaker is neither the PMS's fault nor well."""
    order = '{"why": "PMS upgrade"}'
    await rig.ask(
        "POST", "/admin/breaker/open", order, headers={"X-Admin-Token": ADMIN}
    )
    report = await _examine(rig, "--url", rig.url)

    assert (report.code, report.judgement) == (1, "forced")
    assert "PMS upgrade" in report.check("breaker")["says"]


async def test_a_proxy_that_is_not_there_is_a_failure() -> None:
    """Its absence is told at its own port as at --url, and what is no proxy too."""
    async with StandIn() as pms:
        port = str(free_port())
        absent = await examine(_settings(pms, PROXY_PORT=port))
        named = await examine(_settings(pms), "--url", f"http://127.0.0.1:{port}")
        foreign = await examine(_settings(pms), "--url", pms.url)
        without = await examine(_settings(pms, PROXY_PORT=port), "--no-proxy")

    assert (absent.code, absent.judgement) == (1, "proxy")
    assert (absent.code_of("breaker"), named.said["judgement"]) == (
        "proxy_absent",
        "proxy",
    )
    assert "Quien desplegó el proxy" in absent.said["call"]
    assert (without.code, without.judgement) == (0, "well")
    assert (foreign.judgement, foreign.code_of("breaker")) == (
        "proxy",
        "proxy_foreign",
    )


@pytest.mark.parametrize("seconds", ["1e999", "1.2.3", "NaN"])
async def test_a_proxy_that_tells_no_time_is_heard_all_the_same(seconds: str) -> None:
    """What is no number of seconds is none; the rest of what it says holds."""
    told = (
        '{"breaker": {"state": "open", "cause": "down", "since": "2026-11-25T10:00:00Z"'
        ', "retry_after_s": 3}}'
    )
    metrics = f"pms_circuit_breaker_open_seconds {seconds}\n"

    async def play(request: RawRequest, writer: StreamWriter) -> bool:
        body = told if request.target == "/status.json" else metrics
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        return False

    async with StandIn() as pms, a_raw_pms(play) as proxy:
        report = await examine(_settings(pms), "--url", proxy.url)

    assert (report.judgement, report.code_of("breaker")) == ("down", "breaker_open")
    assert report.said["breaker"]["not_closed_s"] == 0


@pytest.mark.parametrize(
    "date",
    ["Mon, 01 Jan 9999999999999999999 00:00:00 GMT", "01 Jan 2026 00:00 +999999999999"],
    ids=["year", "zone"],
)
async def test_a_date_that_no_calendar_holds_is_none(date: str) -> None:
    """The PMS' clock is not told then; nothing else is lost."""

    async def play(request: RawRequest, writer: StreamWriter) -> bool:
        del request
        head = f"HTTP/1.1 500 Error\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n"
        writer.write(head.encode())
        return False

    async with a_raw_pms(play) as pms:
        report = await examine({"PROXY_UPSTREAM_URL": pms.url})

    assert (report.judgement, report.code_of("clock")) == ("down", "clock_untold")


async def test_it_ends_in_time_whatever_hangs() -> None:
    """PMS, Redis and proxy all hang: less than 20 s, and each is told."""

    async def hang(request: RawRequest, writer: StreamWriter) -> bool:
        del request, writer
        await asyncio.Event().wait()
        return False

    clock = HurriedClock()
    async with a_raw_pms(hang) as nobody, a_redis() as redis:
        redis.hang()
        began_at = clock.monotonic()
        report = await examine(
            {"PROXY_UPSTREAM_URL": nobody.url, "PROXY_REDIS_URL": redis.url},
            *("--url", nobody.url),
            clock=clock,
        )
        took_s = clock.monotonic() - began_at
        redis.go_on()

    assert 14 < took_s < 20, HURRY
    assert report.judgement == "timeout"
    assert report.code_of("http") == "http_silent"
    assert report.code_of("redis") == "redis_silent"
    assert report.code_of("breaker") == "proxy_silent"
