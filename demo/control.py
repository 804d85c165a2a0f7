"""
Drive a stand-in over HTTP, on a port of its own: faults on and off, calls counted.

`POST /faults/{name}`, `DELETE /faults`, `GET /`, `GET /calls`. Called by `pms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from demo import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.fault import Fault
    from demo.standin import StandIn

REFUSE = "refuse"
PLAIN: dict[str, Callable[..., Fault]] = {
    "hang": faults.hang,
    "error_page": faults.error_page,
    "bad_gateway": faults.bad_gateway,
    "gateway_timeout": faults.gateway_timeout,
    "crash": faults.crash,
    "truncated": faults.truncated,
    "reset": faults.reset,
    "expired_key": faults.expired_key,
    "webservice_off": faults.webservice_off,
}
NAMES = (*PLAIN, "slow", REFUSE)
SLOW_S = "2"


def make_control(pms: StandIn) -> web.Application:
    """Build the control API of a stand-in."""

    async def show(_: web.Request) -> web.Response:
        playing = pms.fault.name if pms.fault else None
        return web.json_response(
            {
                "pms": pms.url,
                "faults": NAMES,
                "playing": playing if pms.is_listening else REFUSE,
            }
        )

    async def calls(_: web.Request) -> web.Response:
        return web.json_response({"calls": len(pms.calls)})

    async def play(request: web.Request) -> web.Response:
        name, resource = request.match_info["name"], request.query.get("resource")
        if name not in NAMES:
            raise web.HTTPNotFound(text=f"There is no fault {name}.\n")
        if name == REFUSE:
            await pms.refuses()
        elif name == "slow":
            seconds = request.query.get("seconds", SLOW_S)
            try:
                pms.always(faults.slow(float(seconds), resource=resource))
            except ValueError:
                raise web.HTTPBadRequest(text="seconds is a number.\n") from None
        else:
            pms.always(PLAIN[name](resource=resource))
        return web.json_response({"playing": name})

    async def heal(_: web.Request) -> web.Response:
        pms.heals()
        return web.json_response({"playing": None})

    app = web.Application()
    app.add_routes(
        [
            web.get("/", show),
            web.get("/calls", calls),
            web.post("/faults/{name}", play),
            web.delete("/faults", heal),
        ]
    )
    return app
