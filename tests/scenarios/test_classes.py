"""Scenarios 50, 57, 58: what is a write, and what is never kept."""

from __future__ import annotations

import asyncio

import pytest

from demo import faults
from fakes.rig import SEARCH, Rig

FORM = "application/x-www-form-urlencoded"
NAMES = [
    pytest.param("ps_method=DELETE", id="plain"),
    pytest.param("ps.method=DELETE", id="dot"),
    pytest.param("ps[method=PUT", id="bracket"),
    pytest.param("+ps_method=X", id="leading-space"),
    pytest.param("ps_method%00x=DELETE", id="NUL"),
    pytest.param("ps_method[]=DELETE", id="array"),
    pytest.param("ps_method=GET&ps_method=DELETE", id="twice"),
]


def _multipart(form: str) -> bytes:
    parts = [pair.partition("=") for pair in form.split("&")]
    shown = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, _, value in parts
    )
    return f"{shown}--x--\r\n".encode()


async def _is_a_write(
    rig: Rig, method: str, target: str, body: bytes = b"", kind: str = ""
) -> None:
    """Assert that it is sent each time, alone, on its own, and not while open."""
    named = {"Content-Type": kind} if kind else {}

    def ask() -> asyncio.Task[object]:
        return asyncio.create_task(rig.ask(method, target, body or None, named))

    gate = faults.holds()
    rig.pms.plays(gate)
    both = [ask(), ask()]
    await rig.until_calls(2)
    gate.release()
    await asyncio.gather(*both)
    assert len(rig.pms.calls) == 2
    assert all(call.target == target for call in rig.pms.calls)
    writes = sum(
        [
            await rig.metric("pms_writes_total", outcome=outcome)
            for outcome in ("ok", "refused", "unknown")
        ]
    )
    assert writes == 2
    assert (await rig.status())["cache"]["entries"] == 0

    while await rig.state() == "closed":
        await rig.fails(1)
    seen = len(rig.pms.calls)
    got = await rig.ask(
        method, target, body or None, {**named, "Accept": "application/json"}
    )
    if method != "HEAD":
        assert got.json()["outcome"] == "not_sent"
        assert got.json()["pms_circuit_breaker"] == "open"
    assert got.status == 503
    assert len(rig.pms.calls) == seen


@pytest.mark.parametrize("query", NAMES)
async def test_ps_method_in_a_query_is_a_write(rig: Rig, query: str) -> None:
    """Scenarios 50 and 57: never cached, coalesced or sent while open."""
    await _is_a_write(rig, "GET", f"/api/hotels/5?{query}")


async def test_ps_method_with_head_is_a_write(rig: Rig) -> None:
    """Scenario 50: HEAD with `ps_method=DELETE` deletes, too."""
    await _is_a_write(rig, "HEAD", "/api/customers/5?ps_method=DELETE")


@pytest.mark.parametrize("form", NAMES)
async def test_ps_method_in_a_form_is_a_write(rig: Rig, form: str) -> None:
    """Scenarios 50 and 57: the same in an urlencoded body."""
    await _is_a_write(rig, "POST", "/api/hotel_ari", form.encode(), FORM)


@pytest.mark.parametrize("form", NAMES)
async def test_ps_method_in_a_multipart_body_is_a_write(rig: Rig, form: str) -> None:
    """Scenario 57: the same in a multipart body."""
    kind = "multipart/form-data; boundary=x"
    await _is_a_write(rig, "POST", "/api/hotel_ari", _multipart(form), kind)


async def test_a_search_of_another_path_is_a_write(rig: Rig) -> None:
    """`?url=bookings` makes a booking of what stands on the search's path."""
    await _is_a_write(rig, "POST", "/api/hotel_ari?url=bookings", b"<a/>", "text/xml")


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param("<get_booked_rooms>1</get_booked_rooms>", id="booked"),
        pytest.param(
            "<get_available_rooms>1</get_available_rooms>"
            "<get_booked_rooms>1</get_booked_rooms>",
            id="available-and-booked",
        ),
        pytest.param(
            "<get_partial_available_rooms>1</get_partial_available_rooms>", id="partial"
        ),
        pytest.param("<get_unavailable_rooms>1</get_unavailable_rooms>", id="others"),
    ],
)
async def test_a_search_that_names_customers_is_never_kept(
    rig: Rig, flags: str
) -> None:
    """Scenario 58: asked twice it is sent twice, nothing is stored or shown later."""
    plain = SEARCH.format(hotel=1, checkin="2026-12-10", checkout="2026-12-11")
    body = plain.replace("</hotel_ari>", f"{flags}</hotel_ari>")

    for _ in range(2):
        got = await rig.ask(
            "POST", "/api/hotel_ari", body, {"Content-Type": "text/xml"}
        )
        assert got.status == 200

    assert len(rig.pms.calls) == 2
    assert (await rig.status())["cache"]["entries"] == 0
    await rig.fails(5)
    got = await rig.ask("POST", "/api/hotel_ari", body, {"Content-Type": "text/xml"})
    assert got.status == 503


async def test_available_rooms_by_flag_are_kept(rig: Rig) -> None:
    """The flag for available rooms alone is an ordinary search."""
    plain = SEARCH.format(hotel=1, checkin="2026-12-10", checkout="2026-12-11")
    flag = "<get_available_rooms>1</get_available_rooms>"
    body = plain.replace("</hotel_ari>", f"{flag}</hotel_ari>")

    for _ in range(2):
        await rig.ask("POST", "/api/hotel_ari", body, {"Content-Type": "text/xml"})

    assert len(rig.pms.calls) == 1
