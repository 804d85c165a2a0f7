"""The proxy's own paths: its health, metrics and status (CONTRACT §10)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from proxy.messages import Reply
from proxy.problems import Problem, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.front.drain import Drain
    from proxy.front.status_events import StatusEvents
    from proxy.front.status_page import StatusPage
    from proxy.service import Service
    from proxy.telemetry import Telemetry


class OwnPaths:
    """Answers about the proxy itself; nothing here asks the PMS."""

    def __init__(
        self,
        *,
        service: Service,
        telemetry: Telemetry,
        status: Callable[[], dict[str, object]],
        page: StatusPage,
        events: StatusEvents,
        drain: Drain,
    ) -> None:
        self._service = service
        self._telemetry = telemetry
        self._status = status
        self._page = page
        self.events = events
        self._drain = drain
        self._paths = {
            "/health/live": self._live,
            "/health/ready": self._ready,
            "/metrics": self._metrics,
            "/status.json": self.status,
        }

    def answer(self, method: str, path: str, language: str) -> Reply | Problem:
        """Answer one request; the page is for people, in their language."""
        handler = self._paths.get(path)
        if handler is None and not self._page.serves(path):
            return bad_request(
                HTTPStatus.NOT_FOUND,
                "There is nothing here: the PMS is under /api/, the proxy's state "
                "at /status and /status.json.",
            )
        if method not in {"GET", "HEAD"}:
            return bad_request(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "This path answers GET and HEAD only.",
                allow="GET, HEAD",
            )
        return self._page.answer(path, language) if handler is None else handler()

    def status(self) -> Reply:
        """Answer with the status document."""
        return _json(HTTPStatus.OK, self._status())

    def _live(self) -> Reply:
        return _json(HTTPStatus.OK, {"status": "live"})

    def _ready(self) -> Reply:
        if self._drain.since is not None:
            return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "draining"})
        if not self._service.can_serve_guests():
            return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "nothing to serve"})
        return _json(HTTPStatus.OK, {"status": "ready"})

    def _metrics(self) -> Reply:
        return Reply(
            status=HTTPStatus.OK,
            headers=(("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),),
            body=self._telemetry.metrics.exposition(),
        )


def _json(status: int, document: dict[str, object]) -> Reply:
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return Reply(status=status, headers=headers, body=json.dumps(document).encode())
