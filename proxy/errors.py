"""Pure. What can go wrong on the way to the PMS, by the question that it answers."""

from __future__ import annotations

from proxy.messages import Cause


class ProxyError(Exception):
    """Anything that the proxy raises on purpose."""


class UpstreamError(ProxyError):
    """
    A call without a complete answer.

    `surely_not_received` says that the PMS has not seen the request, so that a write
    has certainly not been done.
    """

    cause = Cause.NETWORK

    def __init__(self, why: str, *, surely_not_received: bool = False) -> None:
        super().__init__(why)
        self.surely_not_received = surely_not_received


class UpstreamTimeout(UpstreamError):  # noqa: N818  (a timeout is not called an error)
    """The complete answer took longer than the deadline (runbook: 15 s)."""

    cause = Cause.TIMEOUT


class UpstreamUnreachable(UpstreamError):  # noqa: N818
    """DNS, refused, unreachable or TLS; or the connection broke off."""


class UpstreamBroken(UpstreamError):  # noqa: N818
    """What came back is not HTTP."""

    cause = Cause.DOWN


class Overloaded(ProxyError):  # noqa: N818
    """No place inside the PMS, and none to wait for."""


class BackendDown(ProxyError):  # noqa: N818
    """Redis does not do what it is asked; the text says why."""


class CutOff(ProxyError):  # noqa: N818
    """The process ends before the answer is there."""
