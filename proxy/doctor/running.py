"""The proxy that runs: its breaker, as /status.json and /metrics tell it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from proxy.doctor.values import (
    Check,
    Failure,
    Remark,
    Running,
    failed,
    passed,
)
from proxy.errors import UpstreamError, UpstreamTimeout
from proxy.messages import Answer, BreakerState, Cause, Request

if TYPE_CHECKING:
    from proxy.doctor.values import Finding
    from proxy.upstream import Upstream

STEP_S = 3.0
# As Prometheus writes a number, and never so great that it is infinite.
_OPEN_SECONDS = re.compile(
    r"(?m)^pms_circuit_breaker_open_seconds "
    r"([0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[+-][0-9]{1,2})?)$"
)
_STATES = {
    BreakerState.CLOSED: Remark.BREAKER_CLOSED,
    BreakerState.OPEN: Remark.BREAKER_OPEN,
    BreakerState.HALF_OPEN: Remark.BREAKER_HALF_OPEN,
}


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Forced(_Told):
    state: BreakerState
    why: str = ""
    since: str | None = None


class _Failure(_Told):
    at: str
    cause: str
    operation: str


class _Breaker(_Told):
    state: BreakerState
    cause: Cause | None
    since: str
    retry_after_s: int | None
    forced: _Forced | None = None
    last_failures: list[_Failure] = []


class _Upstream(_Told):
    hotel: str | None = None


class _Status(_Told):
    breaker: _Breaker
    upstream: _Upstream = _Upstream()


@dataclass(frozen=True, slots=True)
class ProxySeen:
    """The finding, and the breaker where the proxy told of it."""

    finding: Finding
    running: Running | None = None


async def look_at_proxy(upstream: Upstream, url: str) -> ProxySeen:
    """Ask the proxy at `url` of its breaker, within `STEP_S`; absence is a failure."""
    try:
        status, metrics = await asyncio.gather(
            _get(upstream, "/status.json"), _get(upstream, "/metrics")
        )
        read = _Status.model_validate_json(status)
    except UpstreamTimeout:
        return ProxySeen(failed(Check.BREAKER, Remark.PROXY_SILENT, url=url))
    except UpstreamError:
        return ProxySeen(failed(Check.BREAKER, Remark.PROXY_ABSENT, url=url))
    except (ValidationError, _ForeignError):
        return ProxySeen(failed(Check.BREAKER, Remark.PROXY_FOREIGN, url=url))
    open_s = _OPEN_SECONDS.search(metrics.decode(errors="replace"))
    told = read.breaker
    forced = told.forced
    running = Running(
        state=told.state.value,
        cause=told.cause,
        since=told.since,
        retry_after_s=told.retry_after_s,
        not_closed_s=0.0 if open_s is None else float(open_s[1]),
        forced=None if forced is None else forced.state.value,
        why="" if forced is None else forced.why,
        last_failures=tuple(
            Failure(at=one.at, cause=one.cause, operation=one.operation)
            for one in told.last_failures
        ),
        hotel=read.upstream.hotel,
    )
    return ProxySeen(_finding(running, forced), running)


def _finding(running: Running, forced: _Forced | None) -> Finding:
    if forced is not None:
        since = forced.since or running.since
        facts = {"state": forced.state.value, "since": since, "why": forced.why}
        return failed(Check.BREAKER, Remark.BREAKER_FORCED, **facts)
    facts = {
        "since": running.since,
        "cause": str(running.cause or "-"),
        "seconds": str(running.retry_after_s),
    }
    state = BreakerState(running.state)
    found = passed if state is BreakerState.CLOSED else failed
    return found(Check.BREAKER, _STATES[state], **facts)


class _ForeignError(Exception):
    """What answers is not the proxy."""


async def _get(upstream: Upstream, path: str) -> bytes:
    got = await upstream.fetch(
        Request(method="GET", path=path), deadline_s=STEP_S, fresh_connection=True
    )
    if not isinstance(got, Answer):
        got.close()
        raise _ForeignError
    if got.status != HTTPStatus.OK:
        raise _ForeignError
    return got.body
