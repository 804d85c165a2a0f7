"""Each fault, as a client sees it on the wire."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import aiohttp
import pytest

from demo import faults
from demo.pms import StandIn
from fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.conftest import Parse, Send
    from demo.fault import Fault

BOOKING = b"""<qloapps><booking><id_property>1</id_property><currency>USD</currency>
<booking_status>1</booking_status><payment_status>3</payment_status><associations>
<customer_detail><firstname>Ana</firstname><lastname>Lopez</lastname>
<email>ana@example.com</email><phone>5550001111</phone></customer_detail><room_types>
<room_type><id_room_type>1</id_room_type><checkin_date>2027-01-10</checkin_date>
<checkout_date>2027-01-12</checkout_date><number_of_rooms>1</number_of_rooms>
</room_type></room_types></associations></booking></qloapps>"""


@pytest.fixture
async def pms() -> AsyncIterator[StandIn]:
    """Run a healthy stand-in."""
    async with StandIn() as running:
        yield running


def request(pms: StandIn, start: str = "GET /api/hotels", body: bytes = b"") -> bytes:
    """Write a request with the right Host and key."""
    key = base64.b64encode(f"{pms.key}:".encode()).decode()
    lines = (
        f"{start} HTTP/1.1",
        f"Host: {pms.host}",
        f"Authorization: Basic {key}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def all_bytes(pms: StandIn, sent: bytes) -> bytes:
    """Send, and read until the stand-in closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", pms.port)
    try:
        writer.write(sent)
        return await reader.read()
    finally:
        writer.close()


async def test_error_page_is_shown_even_without_a_key(pms: StandIn, send: Send) -> None:
    """A shop without its database has 2,450 bytes of HTML for everybody."""
    pms.always(faults.error_page())
    answer = await send(pms, b"GET /api/hotels HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (answer.status, len(answer.body)) == (500, 2450)
    assert "PSWS-Version" not in answer.headers


async def test_truncated_promises_more_than_it_sends(
    pms: StandIn, parse: Parse
) -> None:
    """Content-Length is the whole body's, half of it comes, and the end is a close."""
    pms.plays(faults.truncated())
    answer = parse(await all_bytes(pms, request(pms)))
    assert answer.status == 200
    assert "PSWS-Version" in answer.headers
    assert len(answer.body) == int(answer.headers["Content-Length"]) // 2


async def test_reset_is_a_reset(pms: StandIn) -> None:
    """The peer sees ECONNRESET after its request was read."""
    pms.plays(faults.reset())
    with pytest.raises(ConnectionResetError):
        await all_bytes(pms, request(pms))
    assert len(pms.calls) == 1


async def test_closes_after_reading_is_an_empty_end(pms: StandIn) -> None:
    """The peer sees an orderly end and not a byte before it."""
    pms.plays(faults.closes_after_reading())
    assert await all_bytes(pms, request(pms)) == b""
    assert len(pms.calls) == 1


async def test_expired_key_refuses_a_good_one(pms: StandIn, send: Send) -> None:
    """Codes 20 and 21 come for the right key, in the format that was asked for."""
    pms.always(faults.expired_key())
    answer = await send(pms, request(pms, "GET /api/hotels?output_format=JSON"))
    assert answer.status == 401
    assert answer.body.startswith(b'{"errors":[{"code":20,')
    assert b'{"code":21,' in answer.body


async def test_slow_waits_on_the_sleep_it_is_given(pms: StandIn, send: Send) -> None:
    """The answer comes when the injected clock has passed the seconds."""
    clock = FakeClock()
    pms.plays(faults.slow(9.6, sleep=clock.sleep))
    waiting = asyncio.ensure_future(send(pms, request(pms)))
    while not pms.calls:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.advance(9.6)
    assert (await waiting).status == 200


async def test_hang_answers_once_it_is_healed(pms: StandIn, send: Send) -> None:
    """A held request is worked on at last, as a locked table's is."""
    pms.always(faults.hang())
    waiting = asyncio.ensure_future(send(pms, request(pms)))
    while not pms.calls:
        await asyncio.sleep(0)
    assert not waiting.done()
    pms.heals()
    assert (await waiting).status == 200


async def test_a_booking_is_written_after_its_client_left(pms: StandIn) -> None:
    """Giving up does not stop the PMS: the booking appears once the lock goes."""
    gate = faults.holds(resource="bookings")
    pms.plays(gate)
    reader, writer = await asyncio.open_connection("127.0.0.1", pms.port)
    writer.write(request(pms, "POST /api/bookings", BOOKING))
    await gate.arrived.wait()
    writer.close()
    await writer.wait_closed()
    assert pms.hotel.bookings == {}
    gate.release()
    while not pms.hotel.bookings:
        await asyncio.sleep(0)
    assert reader.at_eof()
    assert list(pms.hotel.bookings) == [1]


async def test_holds_until_released(pms: StandIn, send: Send) -> None:
    """A gate tells that a request has arrived, and lets it go when told to."""
    gate = faults.holds()
    pms.plays(gate)
    waiting = asyncio.ensure_future(send(pms, request(pms)))
    await gate.arrived.wait()
    assert not waiting.done()
    gate.release()
    assert (await waiting).status == 200


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (faults.answers(599, {"X": "1"}, b"ab"), b"Content-Length: 2\r\n\r\nab"),
        (
            faults.answers(200, body=b"ab", framing="unfinished"),
            b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        ),
        (
            faults.answers(200, [("A", "1"), ("A", "2")], b"ab", framing="none"),
            b"A: 1\r\nA: 2\r\n\r\nab",
        ),
        (faults.raw(b"SSH-2.0-what\r\n"), b"SSH-2.0-what\r\n"),
    ],
    ids=["length", "unfinished", "none", "raw"],
)
async def test_answers_anything(pms: StandIn, fault: Fault, sent: bytes) -> None:
    """What a test scripts is what is sent, broken framing and all."""
    pms.plays(fault)
    asked = request(pms).replace(b"\r\nAuth", b"\r\nConnection: close\r\nAuth")
    assert (await all_bytes(pms, asked)).endswith(sent)


async def test_a_chunked_answer_keeps_the_connection(pms: StandIn, send: Send) -> None:
    """A scripted answer that ends properly is an ordinary one."""
    pms.plays(faults.answers(418, {"Content-Type": "x/y"}, b"tea", framing="chunked"))
    answer = await send(pms, request(pms))
    assert (answer.status, answer.body) == (418, b"tea")
    assert answer.headers["Content-Type"] == "x/y"


async def test_trickles_a_byte_for_each_release(pms: StandIn) -> None:
    """Not one byte more comes than was let go."""
    drip = faults.trickles(200, {}, b"abc")
    pms.plays(drip)
    reader, writer = await asyncio.open_connection("127.0.0.1", pms.port)
    writer.write(request(pms))
    await reader.readuntil(b"\r\n\r\n")
    drip.release()
    assert await reader.read(10) == b"a"
    drip.release(2)
    assert await reader.readexactly(2) == b"bc"
    writer.close()


async def test_a_fault_of_one_resource_leaves_the_others_alone(
    pms: StandIn, send: Send
) -> None:
    """Only the resource that is named is hit, standing or scripted."""
    pms.always(faults.bad_gateway(resource="hotel_ari"))
    pms.plays(faults.crash(resource="bookings"))
    targets = ("GET /api/hotels", "GET /api//bookings?x", "POST /api/hotel_ari")
    statuses = [(await send(pms, request(pms, one))).status for one in targets]
    assert statuses == [200, 500, 502]


async def test_the_script_is_played_in_order_and_then_health(
    pms: StandIn, send: Send
) -> None:
    """One entry per request; None is health, and so is the end."""
    pms.plays(faults.crash(), None, faults.bad_gateway())
    statuses = [(await send(pms, request(pms))).status for _ in range(4)]
    assert statuses == [500, 200, 502, 200]


async def test_healing_drops_the_script(pms: StandIn, send: Send) -> None:
    """After `heals` nothing is left of script and standing fault."""
    pms.plays(faults.crash())
    pms.always(faults.crash())
    pms.heals()
    assert (await send(pms, request(pms))).status == 200


async def test_refuses_and_listens_on_the_same_port(pms: StandIn, send: Send) -> None:
    """Connections are refused, open ones are dropped, and the port comes back."""
    port = pms.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(pms))
    await reader.readuntil(b"0\r\n\r\n")
    await pms.refuses()
    with pytest.raises(ConnectionResetError):
        await reader.read()
    with pytest.raises(ConnectionRefusedError):
        await send(pms, request(pms))
    await pms.listens()
    assert (await send(pms, request(pms))).status == 200
    assert pms.port == port
    writer.close()


async def test_healing_listens_again(pms: StandIn, send: Send) -> None:
    """A client may connect as soon as `heals` has returned."""
    await pms.refuses()
    pms.heals()
    assert (await send(pms, request(pms))).status == 200


async def test_stopping_leaves_no_request_behind() -> None:
    """A hung request ends with the stand-in."""
    pms = StandIn()
    await pms.start()
    pms.always(faults.hang())
    async with aiohttp.ClientSession() as session:
        waiting = asyncio.ensure_future(session.post(f"{pms.url}/api/hotel_ari"))
        while not pms.calls:
            await asyncio.sleep(0)
        await pms.stop()
        with pytest.raises(aiohttp.ClientError):
            await waiting
    assert [task for task in asyncio.all_tasks() if "_handle" in repr(task)] == []


async def test_late_writes_without_its_client(pms: StandIn, send: Send) -> None:
    """Only a new booking is stuck: what is asked of bookings meanwhile is answered."""
    clock = FakeClock()
    pms.always(faults.late(sleep=clock.sleep))
    _, writer = await asyncio.open_connection("127.0.0.1", pms.port)
    writer.write(request(pms, "POST /api/bookings", BOOKING))
    while not pms.calls:
        await asyncio.sleep(0)
    writer.close()
    assert (await send(pms, request(pms, "GET /api/bookings/1"))).status == 404
    clock.advance(57.999)
    assert pms.hotel.bookings == {}
    clock.advance(0.001)
    while not pms.hotel.bookings:
        await asyncio.sleep(0)
    assert (await send(pms, request(pms, "GET /api/bookings/1"))).status == 200


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [(faults.crash(), 500, b""), (faults.fatal_error(), 200, b"Fatal error")],
    ids=["crash", "fatal error"],
)
async def test_a_doubtful_answer_may_hide_a_booking(
    pms: StandIn, send: Send, fault: Fault, status: int, body: bytes
) -> None:
    """The same answer comes of a booking that was written and of one that was not."""
    pms.plays(fault, faults.writes_then(fault))
    asked = request(pms, "POST /api/bookings", BOOKING)
    for written in (0, 1):
        answer = await send(pms, asked)
        assert (answer.status, answer.body) == (status, body)
        assert "PSWS-Version" not in answer.headers
        assert len(pms.hotel.bookings) == written


async def test_writes_then_writes_once(pms: StandIn, send: Send) -> None:
    """A hang after the write answers with that write when it is healed."""
    pms.plays(faults.writes_then(faults.hang()))
    waiting = asyncio.ensure_future(
        send(pms, request(pms, "POST /api/bookings", BOOKING))
    )
    while not pms.calls:
        await asyncio.sleep(0)
    assert list(pms.hotel.bookings) == [1]
    pms.heals()
    answer = await waiting
    assert b"<booking><id><![CDATA[1]]></id>" in answer.body
    assert list(pms.hotel.bookings) == [1]
