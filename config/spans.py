"""
Traces by OpenTelemetry, sent as OTLP over HTTP; the only door to its packages.

Spans are queued (2048, or OTEL_BSP_MAX_QUEUE_SIZE) and sent by a thread of their own,
so that a collector that is slow, full or gone costs spans and never a request.
"""

from __future__ import annotations

import logging
from threading import Thread
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

import structlog
from multidict import CIMultiDict, CIMultiDictProxy
from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import Getter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from config.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextvars import Token

    from opentelemetry.sdk.trace import ReadableSpan

Fields = tuple[tuple[str, str], ...]

KINDS = {
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
    "internal": trace.SpanKind.INTERNAL,
}
# Repeated, a field is a list of values; this one may not be (W3C Trace Context §3.2).
TRACEPARENT = "traceparent"
LOST = "Traces are lost: {host} does not take them. Guests feel nothing of it."
TAKEN = "Traces are taken again."

_W3C = TraceContextTextMapPropagator()


class Spans:
    """A tracer; `endpoint` is where the log says that traces are lost."""

    def __init__(self, service: str, endpoint: str) -> None:
        _hush()
        own = Resource.create({"service.name": service, "service.version": VERSION})
        # It may sample by OTEL_TRACES_SAMPLER; it ends with `end`, not at the exit,
        # where it would wait for half a minute.
        provider = TracerProvider(
            resource=own.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
        )
        self._sending = BatchSpanProcessor(
            _Told(OTLPSpanExporter(), urlsplit(endpoint).hostname or "")
        )
        provider.add_span_processor(self._sending)
        self._tracer = provider.get_tracer(service, VERSION)

    def span(
        self,
        name: str,
        kind: Literal["server", "client", "internal"] = "internal",
        *,
        parent: CIMultiDictProxy[str] | None = None,
        alone: bool = False,
    ) -> OpenSpan:
        """
        Begin a span; it is over at the end of its `with`.

        It is inside the one that is current, or the one that a request's fields name
        (`parent`); `alone` it begins a trace, linked to the one that is current.
        """
        context: Context | None = None
        links: list[trace.Link] = []
        if parent is not None:
            context = _W3C.extract(parent, Context(), _GETTER)
        elif alone:
            context = Context()
            cause = trace.get_current_span().get_span_context()
            links = [trace.Link(cause)] if cause.is_valid else []
        return OpenSpan(
            self._tracer.start_span(name, context, KINDS[kind], None, links)
        )

    def link(self, fields: Fields) -> None:
        """Link the current span to the one that these fields name."""
        named = _W3C.extract(CIMultiDictProxy(CIMultiDict(fields)), Context(), _GETTER)
        other = trace.get_current_span(named).get_span_context()
        trace.get_current_span().add_link(other)

    def end(self, within_s: float) -> None:
        """Send what is left, for so long at most; the rest is lost."""
        sending = Thread(target=self._sending.shutdown, daemon=True)
        sending.start()
        sending.join(within_s)


class OpenSpan:
    """A span that is under way; its trace's id is in the log lines meanwhile."""

    __slots__ = ("_bound", "_span", "_token")

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._token: Token[Context]
        self._bound: Mapping[str, Token[object]]

    def __enter__(self) -> Self:
        self._token = attach(trace.set_span_in_context(self._span))
        trace_id = trace.format_trace_id(self._span.get_span_context().trace_id)
        self._bound = structlog.contextvars.bind_contextvars(trace_id=trace_id)
        return self

    def __exit__(self, *exc_info: object) -> None:
        kind = exc_info[0]
        # Its name alone: what an exception says may be a secret. Who hangs up, or is
        # cut off at the end, has not failed.
        if isinstance(kind, type) and issubclass(kind, Exception):
            self.fail(kind.__name__)
        structlog.contextvars.reset_contextvars(**self._bound)
        detach(self._token)
        self._span.end()

    def rename(self, name: str) -> None:
        """Give it a better name, out of a closed set."""
        self._span.update_name(name)

    def tell(self, name: str, value: str | int) -> None:
        """Tell a fact: out of a closed set, or a small number."""
        self._span.set_attribute(name, value)

    def fail(self, why: str) -> None:
        """Mark it as failed."""
        self._span.set_status(trace.StatusCode.ERROR, why)

    def fields(self) -> Fields:
        """Return the fields that make another's span a child of this one."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, trace.set_span_in_context(self._span, Context()))
        return tuple(carrier.items())


class _FieldGetter(Getter[CIMultiDictProxy[str]]):
    """Reads fields by any case, and all lines of one."""

    def get(self, carrier: CIMultiDictProxy[str], key: str) -> list[str] | None:
        lines = carrier.getall(key, None)
        return None if key == TRACEPARENT and lines and len(lines) > 1 else lines

    def keys(self, carrier: CIMultiDictProxy[str]) -> list[str]:
        return list(carrier)


_GETTER = _FieldGetter()


class _Told(SpanExporter):
    """Says once that the collector takes nothing, and once that it does again."""

    def __init__(self, sender: SpanExporter, host: str) -> None:
        self._sender = sender
        self._host = host
        self._is_taken = True
        self._log = structlog.get_logger()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._sender.export(spans)
        is_taken = result is SpanExportResult.SUCCESS
        if is_taken and not self._is_taken:
            self._log.warning("traces.taken", msg=TAKEN)
        elif self._is_taken and not is_taken:
            self._log.warning("traces.lost", msg=LOST.format(host=self._host))
        self._is_taken = is_taken
        return result


def _hush() -> None:
    """
    Let OpenTelemetry log nothing but a sampler that it does not know.

    It would log each batch that is lost, and fields that hold a token.
    """
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
    sampling = logging.getLogger("opentelemetry.sdk.trace.sampling")
    sampling.setLevel(logging.WARNING)
