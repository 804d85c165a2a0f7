"""The control API, and the stand-in as a process of its own."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from demo.control import NAMES, make_control
from demo.pms import StandIn, main
from fakes.shop import booking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def pms() -> AsyncIterator[StandIn]:
    """Run a healthy stand-in."""
    async with StandIn() as running:
        yield running


async def test_a_fault_is_set_and_healed(pms: StandIn) -> None:
    """POST plays it until DELETE heals; GET says which one it is."""
    async with TestClient(TestServer(make_control(pms))) as control:
        async with control.post("/faults/bad_gateway?resource=hotels") as answer:
            assert await answer.json() == {"playing": "bad_gateway"}
        assert pms.fault is not None
        assert (pms.fault.name, pms.fault.resource) == ("bad_gateway", "hotels")
        async with control.get("/") as answer:
            shown = await answer.json()
        assert (shown["playing"], shown["faults"]) == ("bad_gateway", list(NAMES))
        async with control.delete("/faults") as answer:
            assert await answer.json() == {"playing": None}
        assert pms.fault is None


@pytest.mark.parametrize("name", NAMES)
async def test_every_fault_can_be_set_by_name(pms: StandIn, name: str) -> None:
    """Each name of the list is accepted, and healing undoes each."""
    async with TestClient(TestServer(make_control(pms))) as control:
        async with control.post(f"/faults/{name}") as answer:
            assert answer.status == 200
        async with control.get("/") as answer:
            assert (await answer.json())["playing"] == name
        await control.delete("/faults")
    assert (pms.fault, pms.is_listening) == (None, True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/faults/flood", 404),
        ("/faults/slow?seconds=long", 400),
        ("/booking-gap?seconds=-1", 400),
    ],
)
async def test_what_is_not_a_fault_is_refused(
    pms: StandIn, path: str, status: int
) -> None:
    """An unknown name is 404, a duration that is not a number 400."""
    async with (
        TestClient(TestServer(make_control(pms))) as control,
        control.post(path) as answer,
    ):
        assert answer.status == status
    assert pms.fault is None


async def test_a_booking_can_be_made_late_over_http(pms: StandIn) -> None:
    """The client leaves, and the booking is there when its seconds have passed."""
    async with (
        TestClient(TestServer(make_control(pms))) as control,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(0.05)) as session,
    ):
        await control.post("/faults/late?seconds=0.1")
        url = f"{pms.url}/api/bookings?ws_key={pms.key}"
        with pytest.raises(TimeoutError):
            await session.post(url, data=booking())
        assert pms.hotel.bookings == {}
        async with asyncio.timeout(5):
            while not pms.hotel.bookings:
                await asyncio.sleep(0.01)


async def test_the_gap_of_bookings_is_set(pms: StandIn) -> None:
    """From then on a booking is written so long after its check; none ends it."""
    async with TestClient(TestServer(make_control(pms))) as control:
        async with control.post("/booking-gap?seconds=0.25") as answer:
            assert await answer.json() == {"booking_gap_s": 0.25}
        assert pms.booking_gap_s == 0.25
        await control.post("/booking-gap")
        async with control.get("/") as answer:
            assert (await answer.json())["booking_gap_s"] == 0


async def test_calls_are_counted(pms: StandIn) -> None:
    """The control port counts the calls of the other one, not its own."""
    async with (
        TestClient(TestServer(make_control(pms))) as control,
        aiohttp.ClientSession() as session,
    ):
        await session.get(f"{pms.url}/api/hotels")
        async with control.get("/calls") as answer:
            assert await answer.json() == {"calls": 1}


async def test_calls_are_counted_where_they_are_not_kept() -> None:
    """A stand-in that runs for long holds none of them, whatever their bodies."""
    async with (
        StandIn(keeps_calls=False) as pms,
        TestClient(TestServer(make_control(pms))) as control,
        aiohttp.ClientSession() as session,
    ):
        for _ in range(3):
            await session.post(f"{pms.url}/api/hotel_ari", data=b"x" * 1000)
        async with control.get("/calls") as answer:
            assert await answer.json() == {"calls": 3}
        assert pms.calls == []


async def test_it_runs_alone_and_leaves_on_sigterm() -> None:
    """Both addresses are printed, the key is taken, SIGTERM ends it with 0."""
    key = "Z" * 32
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo.pms", "--port", "0", "--key", key),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        pms = (await process.stdout.readline()).decode().split()
        control = (await process.stdout.readline()).decode().split()
        assert (pms[0], control[0]) == ("pms", "control")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{pms[1]}/api/hotels?ws_key={key}") as answer:
                assert answer.status == 200
            async with session.get(f"{control[1]}/calls") as answer:
                assert await answer.json() == {"calls": 1}
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


def test_its_help_lists_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its sentence; the options, the key and how to play it are told too."""
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out

    for name in NAMES:
        assert re.search(rf"^  {name} +[A-Z].*\.$", said, re.MULTILINE), name
    assert "curl -X POST   CONTROL/faults/NAME" in said
    assert "32 times" in said


async def test_a_taken_port_is_one_sentence() -> None:
    """Where the port is taken, it names it and ends with 2."""
    async with StandIn() as pms:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "demo.pms", "--port", str(pms.port)),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
    assert process.returncode == 2
    wanted = f"Cannot listen on ports {pms.port} and 0: Address already in use.\n"
    assert said.decode() == wanted
