"""A collector of traces on a real socket: OTLP over HTTP, as protobuf."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import pytest
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

PATIENCE_S = 10.0
ERROR = 2


@dataclass(frozen=True, slots=True)
class Told:
    """A span as the collector got it; ids in hex, an empty `parent` for a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    links: tuple[str, ...]
    facts: Mapping[str, str | int]
    has_failed: bool


@dataclass(slots=True)
class Collector:
    """Takes spans; while `status` is another it refuses them, or hangs."""

    url: str = ""
    status: int = 200
    hangs: bool = False
    asked: int = 0
    spans: list[Told] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def environ(self, service: str = "") -> dict[str, str]:
        """Return the variables that send traces here, soon."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_SERVICE_NAME": service,
        }

    def named(self, name: str) -> list[Told]:
        """Return the spans of a name."""
        return [span for span in self.spans if span.name == name]

    async def until(self, *names: str) -> None:
        """Wait until spans of these names have come."""
        async with asyncio.timeout(PATIENCE_S):
            while not all(self.named(name) for name in names):
                await asyncio.sleep(0.01)

    async def until_refused(self, name: str) -> None:
        """Wait until a span of this name has been refused."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(name.encode() in body for body in self.refused):
                await asyncio.sleep(0.01)

    async def take(self, request: web.Request) -> web.Response:
        """Answer one export."""
        self.asked += 1
        if self.hangs:
            await self.let_go.wait()
        body, status = await request.read(), self.status
        if status == 200:
            self.raw.append(body)
            self._keep(ExportTraceServiceRequest.FromString(body))
        else:
            self.refused.append(body)
        return web.Response(status=status)

    def _keep(self, export: ExportTraceServiceRequest) -> None:
        for resource in export.resource_spans:
            told = {pair.key: pair.value for pair in resource.resource.attributes}
            service = told["service.name"].string_value
            for scope in resource.scope_spans:
                self.spans += [_told(service, span) for span in scope.spans]


def _told(service: str, span: Span) -> Told:
    facts: dict[str, str | int] = {}
    for pair in span.attributes:
        kind = pair.value.WhichOneof("value")
        assert kind in ("string_value", "int_value")
        facts[pair.key] = getattr(pair.value, kind)
    return Told(
        service=service,
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=tuple(link.span_id.hex() for link in span.links),
        facts=facts,
        has_failed=span.status.code == ERROR,
    )


def lines_of(said: list[str]) -> list[dict[str, object]]:
    """Read a process's log."""
    return [json.loads(line) for line in said if line.startswith("{")]


@asynccontextmanager
async def a_collector(
    monkeypatch: pytest.MonkeyPatch | None = None,
) -> AsyncIterator[Collector]:
    """Run a collector; this process's own OpenTelemetry too is pointed at it."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    if monkeypatch is not None:
        for name, value in collector.environ().items():
            monkeypatch.setenv(name, value)
    try:
        yield collector
    finally:
        collector.let_go.set()
        await runner.cleanup()
