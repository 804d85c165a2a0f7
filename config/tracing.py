"""
Whether traces are sent, by OpenTelemetry's own variables; its import waits for that.

The parts of both processes know a small protocol of their own (`proxy/tracing.py`,
`agent/tracing.py`), which `Off` and `config.spans.Spans` have the shape of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import structlog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from multidict import CIMultiDictProxy

    from config.spans import Spans

# At the end what is not sent yet gets this long. Together with a drain it stays below
# the 10 s after which containers are killed.
FLUSH_S = 0.5

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
OFF_SINCE = "Traces are off: {why} Everything else works."

Fields = tuple[tuple[str, str], ...]


class Off:
    """No traces: a tracer and its one span, which hold nothing and do nothing."""

    __slots__ = ()

    def span(
        self,
        name: str,
        kind: Literal["server", "client", "internal"] = "internal",
        *,
        parent: CIMultiDictProxy[str] | None = None,
        alone: bool = False,
    ) -> Self:
        """Begin nothing."""
        del name, kind, parent, alone
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        return

    def rename(self, name: str) -> None:
        """Tell nothing."""

    def tell(self, name: str, value: str | int) -> None:
        """Tell nothing."""

    def fail(self, why: str) -> None:
        """Tell nothing."""

    def link(self, fields: Fields) -> None:
        """Tell nothing."""

    def fields(self) -> Fields:
        """Return no fields: a client's own go on as they came."""
        return ()

    def end(self, within_s: float) -> None:
        """Send nothing."""


OFF = Off()


def start_traces(environ: Mapping[str, str], *, service: str) -> Off | Spans:
    """
    Begin to send traces where an endpoint is set; say in the log why not, if asked to.

    `service` is the name without OTEL_SERVICE_NAME. What is wrong here never keeps a
    process from serving: these variables may be meant for other programs. Finer points
    OpenTelemetry reads from the process's environment by itself.
    """
    variable = next((name for name in ENDPOINTS if environ.get(name)), None)
    if variable is None or _is_switched_off(environ):
        return OFF
    why_not = _why_not(environ, variable)
    if why_not is None:
        try:
            from config.spans import Spans  # noqa: PLC0415  (only where it is on)

            return Spans(service, environ[variable])
        except ImportError:
            why_not = (
                f"{variable} is set, but OpenTelemetry is not installed; "
                "pip install '.[traces]' brings it."
            )
        except (ValueError, OSError) as exc:
            why_not = f"OpenTelemetry does not take its variables: {exc}."
    structlog.get_logger().warning("traces.off", msg=OFF_SINCE.format(why=why_not))
    return OFF


def _is_switched_off(environ: Mapping[str, str]) -> bool:
    disabled = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return disabled or environ.get("OTEL_TRACES_EXPORTER") == "none"


def _why_not(environ: Mapping[str, str], variable: str) -> str | None:
    if not environ[variable].startswith(("http://", "https://")):
        return f"{variable} must begin with http:// or https://."
    exporter = environ.get("OTEL_TRACES_EXPORTER") or "otlp"
    if exporter != "otlp":
        return f"OTEL_TRACES_EXPORTER is {exporter!r}; only otlp and none are known."
    protocol = next(filter(None, map(environ.get, PROTOCOLS)), "http/protobuf")
    if protocol != "http/protobuf":
        return f"the OTLP protocol is {protocol!r}; only http/protobuf is spoken."
    return None
