"""Traces and what may be wrong with where they go: guests feel nothing of it."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest
from structlog.testing import capture_logs

from config.clock import SystemClock
from config.tracing import OFF, start_traces
from demo.pms import StandIn
from fakes.collector import a_collector, lines_of
from fakes.process import PATIENCE_S, a_process

if TYPE_CHECKING:
    from fakes.process import Process

ASKED = 100
# A proxy as if without the extra; `None` in sys.modules is how Python says so.
WITHOUT = """
import os, sys
sys.modules["opentelemetry"] = None
from proxy.__main__ import main
sys.exit(main(os.environ))
"""


def _settings(pms: StandIn) -> dict[str, str]:
    return {
        "PROXY_UPSTREAM_URL": pms.url,
        "PROXY_UPSTREAM_KEY": pms.key,
        "PROXY_CALENDAR_NIGHTS": "0",
    }


async def _ask(port: int, times: int) -> float:
    """Ask for hotels so often, one after the other; return the slowest's seconds."""
    clock, slowest = SystemClock(), 0.0
    async with aiohttp.ClientSession() as session:
        for _ in range(times):
            began_at = clock.monotonic()
            async with session.get(f"http://127.0.0.1:{port}/api/hotels") as got:
                assert got.status == 200
                await got.read()
            slowest = max(slowest, clock.monotonic() - began_at)
    return slowest


async def _all_said(running: Process) -> list[str]:
    """Stop a process and return its whole log; it must leave well, and soon."""
    clock = SystemClock()
    began_at = clock.monotonic()
    running.terminate()
    async with asyncio.timeout(PATIENCE_S):
        rest, _ = await running.process.communicate()
    assert running.process.returncode == 0
    assert clock.monotonic() - began_at < 4
    return [*running.lines, *rest.decode().splitlines()]


async def test_the_last_spans_are_sent_before_the_end() -> None:
    """What is not sent yet at SIGTERM is sent then; the log has the trace's id."""
    async with a_collector() as collector, StandIn() as pms:
        # Nothing would be sent for an hour.
        late = {**collector.environ("hotel"), "OTEL_BSP_SCHEDULE_DELAY": "3600000"}
        async with a_process({**_settings(pms), **late}) as running:
            await _ask(await running.port(), 2)
            assert collector.spans == []
            said = await _all_said(running)

    first, second = collector.named("request catalogue")
    answered = [
        line["trace_id"]
        for line in lines_of(said)
        if line["event"] == "request.answered"
    ]
    assert answered == [first.trace, second.trace]
    assert first.service == "hotel"
    assert len(collector.named("call catalogue")) == 1


@pytest.mark.parametrize(("fault", "given_up_s"), [("hangs", 3), ("is gone", 0.2)])
async def test_a_collector_that_takes_nothing_costs_spans_alone(
    fault: str, given_up_s: float
) -> None:
    """Requests are as fast, the log has one line of it, and the end does not wait."""
    async with a_collector() as collector, StandIn() as pms:
        collector.hangs = True
        environ = {
            **collector.environ(),
            # One export hangs for longer than any request may take; or many fail.
            "OTEL_EXPORTER_OTLP_TIMEOUT": str(given_up_s),
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "8",
            "OTEL_BSP_MAX_QUEUE_SIZE": "64",
        }
        if fault == "is gone":
            environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _nobody()
        async with a_process({**_settings(pms), **environ}) as running:
            port = await running.port()
            slowest = await _ask(port, ASKED)
            await running.line("traces.lost")
            slowest = max(slowest, await _ask(port, ASKED))
            said = await _all_said(running)

    assert slowest < 2
    text = "\n".join(said)
    assert text.count("traces.lost") == 1
    assert "Traceback" not in text
    assert len(said) < 2 * ASKED + 10
    assert (fault == "hangs") is (collector.asked > 0)


async def test_a_collector_that_is_back_is_told_of_once() -> None:
    """Lost, then taken again: one line each."""
    async with a_collector() as collector, StandIn() as pms:
        collector.status = 400
        environ = {**_settings(pms), **collector.environ()}
        async with a_process(environ) as running:
            port = await running.port()
            await _ask(port, 1)
            await running.line("traces.lost")
            # The request's own span ends last, and may come in a batch of its own.
            await collector.until_refused("request catalogue")
            collector.status = 200
            await _ask(port, 1)
            await running.line("traces.taken")
            said = await _all_said(running)

    assert "\n".join(said).count("traces.") == 2
    assert len(collector.named("request catalogue")) == 1


async def test_without_the_extra_the_proxy_serves() -> None:
    """An endpoint alone is a warning that says what to install."""
    async with StandIn() as pms:
        environ = {
            **_settings(pms),
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        }
        async with a_process(environ, "-c", WITHOUT) as running:
            port = await running.port()
            await _ask(port, 1)
            said = await _all_said(running)

    (off,) = [line for line in lines_of(said) if line["event"] == "traces.off"]
    assert off["msg"] == (
        "Traces are off: OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not "
        "installed; pip install '.[traces]' brings it. Everything else works."
    )


async def test_while_off_nothing_of_it_is_imported() -> None:
    """Where no endpoint is set neither process has the tracing SDK in memory."""
    code = (
        "import sys, proxy.__main__, agent.__main__\n"
        "from config.tracing import start_traces\n"
        "start_traces({}, service='x')\n"
        # The Redis client imports OpenTelemetry's metrics where these are installed.
        "ours = ('config.spans', 'opentelemetry.sdk.trace', 'opentelemetry.exporter')\n"
        "print([name for name in ours if name in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()

    assert said.decode().strip() == "[]"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_SERVICE_NAME": "hotel", "OTEL_TRACES_SAMPLER": "always_on"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["nothing", "empty", "no endpoint", "disabled", "none"],
)
def test_nobody_asked_for_traces(environ: dict[str, str]) -> None:
    """Without an endpoint, or switched off, there are none, and no word of it."""
    with capture_logs() as said:
        assert start_traces(environ, service="x") is OFF
    assert said == []


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"},
            "OTEL_EXPORTER_OTLP_ENDPOINT must begin with http:// or https://.",
        ),
        (
            {
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            },
            "the OTLP protocol is 'grpc'; only http/protobuf is spoken.",
        ),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x",
                "OTEL_TRACES_EXPORTER": "zipkin",
            },
            "OTEL_TRACES_EXPORTER is 'zipkin'; only otlp and none are known.",
        ),
    ],
    ids=["scheme", "protocol", "exporter"],
)
def test_a_wrong_variable_is_one_sentence(
    environ: dict[str, str], sentence: str
) -> None:
    """What cannot be done is told once; the process goes on without traces."""
    with capture_logs() as said:
        assert start_traces(environ, service="x") is OFF
    assert [line["msg"] for line in said] == [
        f"Traces are off: {sentence} Everything else works."
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "brotli"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many"),
    ],
)
def test_a_value_that_opentelemetry_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Its own words are in the sentence; nothing is raised, traces or none."""
    monkeypatch.setenv(name, value)
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    with capture_logs() as said:
        tracer = start_traces(environ, service="x")
    tracer.end(1)

    assert [line["event"] for line in said] == ["traces.off"] * (tracer is OFF)


def _nobody() -> str:
    """Return a URL at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{bound.getsockname()[1]}"
