"""
Drive a stand-in over HTTP, on a port of its own: faults on and off, calls counted.

`POST /faults/{name}`, `DELETE /faults`, `POST /booking-gap`, `GET /`, `GET /calls`.
`resource=` in a fault's query hits that resource alone, `seconds=` says how long `slow`
and `late` take. `python -m demo.pms --help` lists the faults. Called by `pms`.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from aiohttp import web

from demo import faults
from demo.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from demo.fault import Fault

REFUSE = "refuse"
PLAIN: dict[str, Callable[..., Fault]] = {
    "hang": faults.hang,
    "error_page": faults.error_page,
    "bad_gateway": faults.bad_gateway,
    "gateway_timeout": faults.gateway_timeout,
    "crash": faults.crash,
    "fatal_error": faults.fatal_error,
    "missing_table": faults.missing_table,
    "maintenance": faults.maintenance,
    "debug_mode": faults.debug_mode,
    "truncated": faults.truncated,
    "reset": faults.reset,
    "expired_key": faults.expired_key,
    "webservice_off": faults.webservice_off,
}
NAMES = (*PLAIN, "slow", "late", REFUSE)
SLOW_S = 2.0


def make_control(pms: StandIn) -> web.Application:
    """Build the control API of a stand-in."""

    async def show(_: web.Request) -> web.Response:
        return web.json_response(
            {
                "pms": pms.url,
                "faults": NAMES,
                "playing": playing(pms),
                "booking_gap_s": pms.booking_gap_s,
            }
        )

    async def calls(_: web.Request) -> web.Response:
        return web.json_response({"calls": pms.call_count})

    async def play(request: web.Request) -> web.Response:
        name, resource = request.match_info["name"], request.query.get("resource")
        if name not in NAMES:
            raise web.HTTPNotFound(text=f"There is no fault {name}.\n")
        if name == REFUSE:
            await pms.refuses()
        elif name == "slow":
            pms.always(faults.slow(_seconds(request, SLOW_S), resource=resource))
        elif name == "late":
            pms.always(faults.late(_seconds(request, faults.LATE_S)))
        else:
            pms.always(PLAIN[name](resource=resource))
        return web.json_response({"playing": name})

    async def heal(_: web.Request) -> web.Response:
        pms.heals()
        return web.json_response({"playing": None})

    async def gap(request: web.Request) -> web.Response:
        pms.booking_gap_s = _seconds(request, 0)
        return web.json_response({"booking_gap_s": pms.booking_gap_s})

    app = web.Application()
    app.add_routes(
        [
            web.get("/", show),
            web.get("/calls", calls),
            web.post("/faults/{name}", play),
            web.delete("/faults", heal),
            web.post("/booking-gap", gap),
        ]
    )
    return app


def meanings() -> Iterator[tuple[str, str]]:
    """Yield each fault's name, and the sentence that its function says of it."""
    others = {"slow": faults.slow, "late": faults.late, REFUSE: StandIn.refuses}
    for name, fault in {**PLAIN, **others}.items():
        yield name, inspect.cleandoc(fault.__doc__ or "").partition("\n")[0]


def playing(pms: StandIn) -> str | None:
    """Return the name of the fault that a stand-in plays, None in health."""
    if not pms.is_listening:
        return REFUSE
    return pms.fault.name if pms.fault else None


def _seconds(request: web.Request, otherwise: float) -> float:
    text = request.query.get("seconds", "")
    if not text:
        return otherwise
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise web.HTTPBadRequest(text="seconds is a number.\n")
    return float(text)
