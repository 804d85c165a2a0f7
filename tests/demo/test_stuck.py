"""The recordings in which QloApps was stuck or away, with a clock turned by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import faults
from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.recordings import KEY, SHOP, compare, recorded, when, with_keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.conftest import Parse, RawAnswer, Send

LOOKED_UP = (
    b"GET /api/orders?filter[id_customer]=[17]&ws_key=%b HTTP/1.1\r\nHost: %b\r\n\r\n"
)


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that is turned by hand."""
    return FakeClock()


@pytest.fixture
async def pms(clock: FakeClock) -> AsyncIterator[StandIn]:
    """Run the recorded shop."""
    async with StandIn(KEY, SHOP, clock=clock) as running:
        yield running


async def arrived(pms: StandIn, count: int = 1) -> None:
    """Wait until the stand-in has read so many requests in all."""
    async with asyncio.timeout(5):
        while len(pms.calls) < count:
            await asyncio.sleep(0)


async def replay(
    number: str, pms: StandIn, clock: FakeClock, send: Send, parse: Parse
) -> RawAnswer:
    """Send a recorded request at its instant, and hold the answer to the recording."""
    request, recording = recorded(number)
    expected = parse(recording)
    clock.set_wall(when(request, expected))
    answer = await send(pms, with_keys(request))
    compare(number, answer, expected)
    return answer


async def test_209_nobody_listens(pms: StandIn, send: Send) -> None:
    """Where the web server is down, there is no answer to compare."""
    request, recording = recorded("209")
    assert b"ConnectionRefusedError" in recording
    await pms.refuses()
    with pytest.raises(ConnectionRefusedError):
        await send(pms, with_keys(request))


async def test_210_a_locked_table_delays_a_search(
    pms: StandIn, clock: FakeClock, send: Send, parse: Parse
) -> None:
    """After 9.54 s comes the whole answer, as if nothing had been."""
    pms.plays(faults.slow(9.54, sleep=clock.sleep))
    asking = asyncio.ensure_future(replay("210", pms, clock, send, parse))
    await arrived(pms)
    clock.advance(9.54)
    answer = await asking
    assert answer.headers["Execution-Time"] == "9.54"


async def test_213_a_booking_is_written_58_s_after_its_client_left(
    pms: StandIn, clock: FakeClock, send: Send, parse: Parse
) -> None:
    """At 15 s the client goes; until 58 s nothing can be found, then [214] all."""
    pms.hotel.next_customer = 17
    pms.plays(faults.late(58, sleep=clock.sleep))
    request, recording = recorded("213")
    assert b"TimeoutError" in recording
    _, writer = await asyncio.open_connection("127.0.0.1", pms.port)
    writer.write(with_keys(request))
    await arrived(pms)
    clock.advance(15)
    writer.close()
    await writer.wait_closed()
    clock.advance(42.999)
    looked = LOOKED_UP % (KEY.encode(), SHOP.encode())
    assert b"<order " not in (await send(pms, looked)).body
    clock.advance(0.001)
    async with asyncio.timeout(5):
        while not pms.hotel.bookings:
            await asyncio.sleep(0)
    assert b"<order " in (await send(pms, looked)).body
    await replay("214", pms, clock, send, parse)


async def test_215_stuck_workers_keep_a_cheap_read_waiting(
    pms: StandIn, clock: FakeClock, send: Send, parse: Parse
) -> None:
    """The list of hotels comes as ever, once a worker is free."""
    gate = faults.holds()
    pms.plays(gate)
    asking = asyncio.ensure_future(replay("215", pms, clock, send, parse))
    await gate.arrived.wait()
    assert not asking.done()
    gate.release()
    await asking
