"""Scenario 41: what a restart keeps, with Redis, with a snapshot, with neither."""

from __future__ import annotations

import asyncio
import os
import stat
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from demo import faults
from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.redis_server import a_redis
from fakes.rig import PATIENCE_S, Got, Rig, a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    Runs = Callable[[], AbstractAsyncContextManager[Rig]]

ADMIN = {"X-Admin-Token": "operator"}
GONE_S = 10


class Machine:
    """One PMS and one clock, on which proxies run one after the other."""

    def __init__(self, pms: StandIn, environ: dict[str, str]) -> None:
        self.pms = pms
        self.clock = FakeClock()
        self.environ = {
            "PROXY_ADMIN_TOKEN": ADMIN["X-Admin-Token"],
            "PROXY_REFRESH_PER_MIN": "0",
            **environ,
        }

    def runs(self, **more: str) -> AbstractAsyncContextManager[Rig]:
        """Run a proxy, and stop it as SIGTERM does."""
        return a_run(self.pms, self.clock, {**self.environ, **more})


@asynccontextmanager
async def _machine(environ: dict[str, str]) -> AsyncIterator[Machine]:
    async with StandIn() as pms:
        yield Machine(pms, environ)


@pytest.fixture(params=["redis", "snapshot", "both"])
async def kept(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Machine]:
    """Give a machine that keeps what a proxy knew."""
    file = {"PROXY_SNAPSHOT_PATH": str(tmp_path / "snapshot")}
    if request.param == "snapshot":
        async with _machine(file) as machine:
            yield machine
        return
    async with a_redis() as server:
        more = file if request.param == "both" else {}
        async with _machine({"PROXY_REDIS_URL": server.url, **more}) as machine:
            yield machine


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """Give a machine with a snapshot file alone."""
    path = {"PROXY_SNAPSHOT_PATH": str(tmp_path / "snapshot")}
    async with _machine(path) as made:
        yield made


def _file(machine: Machine) -> Path:
    return Path(machine.environ["PROXY_SNAPSHOT_PATH"])


def _hit(got: Got) -> bool:
    return got.headers["Cache-Status"].startswith("pms-proxy; hit")


async def test_copies_keep_their_true_age(kept: Machine) -> None:
    """A fresh one is served without asking, as old as it is; in time it is stale."""
    async with kept.runs() as rig:
        first = await rig.search()
        kept.clock.advance(3)
    kept.clock.advance(GONE_S)
    async with kept.runs() as rig:
        got = await rig.search()
        assert (got.body, got.headers["Age"]) == (first.body, "13")
        assert _hit(got)
        assert len(kept.pms.calls) == 1

        kept.clock.advance(18)
        assert not _hit(await rig.search())


async def test_an_open_breaker_stays_open(kept: Machine) -> None:
    """For the rest of its time; guests get the copy, marked; then one probe closes."""
    async with kept.runs() as rig:
        await rig.search()
        kept.clock.advance(40)
        await rig.fails(5)
        assert await rig.state() == "open"
    kept.clock.advance(GONE_S)
    async with kept.runs() as rig:
        seen = len(kept.pms.calls)
        breaker = await rig.breaker()
        assert (breaker["state"], breaker["cause"]) == ("open", "down")
        assert breaker["retry_after_s"] == 20
        assert (await rig.get("/health/ready")).status == 200
        got = await rig.search()
        assert (got.status, got.is_marked, got.headers["Age"]) == (200, True, "50")
        assert len(kept.pms.calls) == seen

        kept.clock.advance(19)
        assert await rig.state() == "open"
        kept.clock.advance(1.1)
        await rig.until_state("closed")
        assert len(kept.pms.calls) == seen + 1


@pytest.mark.parametrize("order", ["open", "close"])
async def test_a_forced_state_stays_forced(kept: Machine, order: str) -> None:
    """The reason and since when are shown by the next process too."""
    async with kept.runs() as rig:
        await rig.ask("POST", f"/admin/breaker/{order}?why=upgrade", headers=ADMIN)
        before = (await rig.breaker())["forced"]
    kept.clock.advance(3600)
    async with kept.runs() as rig:
        breaker = await rig.breaker()
        assert breaker["state"] == {"open": "open", "close": "closed"}[order]
        assert breaker["forced"] == before
        assert before["why"] == "upgrade"


async def test_a_write_before_the_stop_is_remembered(kept: Machine) -> None:
    """Copies from before it are not fresh after the restart either."""
    async with kept.runs() as rig:
        await rig.search()
        kept.clock.advance(5)
        assert (await rig.book()).status == 200
    kept.clock.advance(5)
    async with kept.runs() as rig:
        assert not _hit(await rig.search())


async def test_without_either_it_starts_closed_and_empty() -> None:
    """CONTRACT §5: nothing is pretended to be known."""
    async with _machine({}) as machine:
        async with machine.runs() as rig:
            await rig.search()
            await rig.fails(5)
        async with machine.runs() as rig:
            assert await rig.state() == "closed"
            assert "fwd=miss" in (await rig.search()).headers["Cache-Status"]


async def test_a_copy_too_old_is_not_kept(machine: Machine) -> None:
    """What is unusable at the restart is as if it had never been."""
    async with machine.runs() as rig:
        await rig.search()
    machine.clock.advance(301)
    async with machine.runs() as rig:
        machine.pms.always(faults.error_page())
        assert (await rig.search()).status == 502


async def test_it_is_saved_each_minute_and_when_the_breaker_moves(
    machine: Machine,
) -> None:
    """A killed process loses a minute at most, and never the outage."""
    file = _file(machine)
    async with machine.runs() as rig:
        assert not file.exists()
        await rig.search()
        machine.clock.advance(60.1)
        await rig.until(file.exists)
        minute = file.read_bytes()
        await rig.fails(5)
        await rig.until(lambda: file.read_bytes() != minute)
        killed = file.read_bytes()
    file.write_bytes(killed)

    async with machine.runs() as rig:
        assert await rig.state() == "open"
        got = await rig.search()
        assert (got.status, got.is_marked) == (200, True)


async def test_after_a_crash_no_copy_is_fresh(machine: Machine) -> None:
    """Nobody knows what was written after the last save: the PMS is asked."""
    file = _file(machine)
    async with machine.runs() as rig:
        machine.clock.advance(58)
        await rig.search()
        machine.clock.advance(2.1)
        await rig.until(file.exists)
        killed = file.read_bytes()
    file.write_bytes(killed)

    async with machine.runs() as rig:
        assert "fwd=stale" in (await rig.search()).headers["Cache-Status"]


async def test_only_its_owner_reads_the_file(machine: Machine) -> None:
    """Whatever mode an older one had; nothing else is left beside it."""
    file = _file(machine)
    for older in (file, file.with_name("snapshot.new")):
        older.write_bytes(b"")
        older.chmod(0o666)
    async with machine.runs() as rig:
        await rig.search()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


async def test_no_secret_is_in_the_file(machine: Machine) -> None:
    """Neither the PMS' key nor a client's credentials."""
    async with machine.runs() as rig:
        await rig.search(Authorization="Basic c2VjcmV0")
    value = _file(machine).read_bytes()

    assert machine.pms.key.encode() not in value
    assert b"c2VjcmV0" not in value
    assert ADMIN["X-Admin-Token"].encode() not in value


def _damage(file: Path) -> None:
    value = file.read_bytes()
    file.write_bytes(value[:-1])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _foreign(file: Path) -> None:
    file.write_bytes(b"\x80\x04\x95hello" * 100)


def _huge(file: Path) -> None:
    os.truncate(file, 2**31)


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("spoil", [_damage, _empty, _foreign, _huge, _pipe, _folder])
async def test_a_bad_file_is_an_empty_start(
    machine: Machine, spoil: Callable[[Path], None]
) -> None:
    """One line says so, and guests are served."""
    async with machine.runs() as rig:
        await rig.search()
        await rig.fails(5)
    spoil(_file(machine))
    with capture_logs() as lines:
        async with machine.runs() as rig:
            assert await rig.state() == "closed"
            assert "fwd=miss" in (await rig.search()).headers["Cache-Status"]

    events = [line["event"] for line in lines]
    assert events.count("snapshot.unreadable") == 1
    assert "snapshot.restored" not in events


async def test_anothers_file_is_not_used(machine: Machine) -> None:
    """A proxy that was given another PMS serves none of the old one's copies."""
    async with machine.runs() as rig:
        await rig.search()
    async with machine.runs(PROXY_UPSTREAM_HOST="other.example.com") as rig:
        assert (await rig.status())["cache"]["entries"] == 0


async def test_a_folder_that_is_not_there_is_said_once(tmp_path: Path) -> None:
    """The proxy goes on; when the folder comes the file is written."""
    file = tmp_path / "later" / "snapshot"
    async with _machine({"PROXY_SNAPSHOT_PATH": str(file)}) as machine:
        with capture_logs() as lines:
            async with machine.runs() as rig:
                for _ in range(3):
                    machine.clock.advance(60.1)
                    await rig.settles()
                    assert (await rig.search()).status == 200
                file.parent.mkdir()
                machine.clock.advance(60.1)
                await rig.until(file.exists)
        events = [line["event"] for line in lines]

        assert events.count("snapshot.unwritable") == 1
        assert "snapshot.unreadable" not in events


async def test_a_key_is_known_after_a_restart(kept: Machine) -> None:
    """Its answer is given again, and the PMS has one booking."""
    async with kept.runs() as rig:
        first = await rig.book(Idempotency_Key="yes-1")
    async with kept.runs() as rig:
        again = await rig.book(Idempotency_Key="yes-1")

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.body == first.body
    assert len(kept.pms.hotel.bookings) == 1


async def test_an_unknown_booking_is_looked_for_after_a_restart(kept: Machine) -> None:
    """What the last process did not learn, the next one does."""
    booking = {"source": "WhatsApp:yes-1", "Idempotency_Key": "yes-1"}
    kept.pms.plays(faults.writes_then(faults.reset(resource="bookings")))
    async with kept.runs() as rig:
        assert (await rig.book(**booking)).status == 504
    kept.clock.advance(GONE_S)
    async with kept.runs() as rig:
        async with asyncio.timeout(PATIENCE_S):
            while not await rig.metric("pms_writes_total", outcome="settled_applied"):
                kept.clock.advance(1)
                await rig.settles()
        again = await rig.book(**booking)

    assert again.status == 200
    assert len(kept.pms.hotel.bookings) == 1
