"""SIGTERM while bookings are under way: each is told the truth, and kept (§9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from demo import faults
from demo.pms import StandIn
from fakes.process import PATIENCE_S, a_process
from fakes.raw_client import RawReply, a_raw_client, once
from fakes.rig import BOOKING

if TYPE_CHECKING:
    from pathlib import Path


def _booking(key: str) -> bytes:
    body = BOOKING.format(name="Ana", source=f"WhatsApp:{key}").encode()
    head = (
        f"POST /api/bookings HTTP/1.1\r\nHost: x\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


async def _until(url: str, key: str, status: int) -> RawReply:
    async with asyncio.timeout(PATIENCE_S):
        while (got := await once(url, _booking(key))).status != status:
            await asyncio.sleep(0.01)
    return got


async def test_the_end_of_the_process_is_told_to_each_and_kept(tmp_path: Path) -> None:
    """Sent: 504 unknown; in its hotel's lane: 503 not_sent; the next run knows both."""
    async with StandIn() as pms:
        gate = faults.holds()
        pms.plays(gate)
        environ = {
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_UPSTREAM_KEY": pms.key,
            "PROXY_DRAIN_S": "0.5",
            "PROXY_SNAPSHOT_PATH": str(tmp_path / "snapshot"),
        }
        async with a_process(environ) as running:
            url = f"http://127.0.0.1:{await running.port()}"
            async with a_raw_client(url) as sent, a_raw_client(url) as waiting:
                sent.send(_booking("sent"))
                await gate.arrived.wait()
                waiting.send(_booking("waiting"))
                # Its record is there: it waits for the lane.
                await _until(url, "waiting", 409)
                running.terminate()
                answers = await sent.reply(), await waiting.reply()

                assert [got.status for got in answers] == [504, 503]
                assert b"<outcome>unknown</outcome>" in answers[0].body
                assert b"<outcome>not_sent</outcome>" in answers[1].body
                assert await running.ends() == 0
        assert len(pms.calls) == 1

        async with a_process(environ) as again:
            url = f"http://127.0.0.1:{await again.port()}"
            assert (await once(url, _booking("sent"))).status == 504
            assert (await once(url, _booking("waiting"))).status == 200
            gate.release()
            got = await _until(url, "sent", 200)
            assert b"<booking>" in got.body
        assert sorted(found.source for found in pms.hotel.bookings.values()) == [
            "WhatsApp:sent",
            "WhatsApp:waiting",
        ]
