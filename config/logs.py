"""Log set-up: key=value on a terminal, JSON lines elsewhere; secrets never pass."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, TextIO, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "(hidden)"


class Redactor:
    """A processor that hides every given secret wherever it stands in an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first, lest a secret that holds another is left half shown.
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def __call__(
        self, logger: WrappedLogger, method: str, event: EventDict
    ) -> EventDict:
        """Return the event without secrets."""
        del logger, method
        if not self._secrets:
            return event
        return {name: self._clean(value) for name, value in event.items()}

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, HIDDEN)
            return value
        if isinstance(value, dict):
            pairs = cast("dict[str, object]", value)
            return {name: self._clean(part) for name, part in pairs.items()}
        if isinstance(value, list | tuple):
            return [self._clean(part) for part in cast("list[object]", value)]
        return value


def set_up_logs(*, secrets: Iterable[str] = (), stream: TextIO = sys.stdout) -> None:
    """Send structlog, and what libraries log, to `stream`, a line an event."""
    renderer: Processor
    if stream.isatty():
        renderer = structlog.processors.KeyValueRenderer(
            key_order=["timestamp", "level", "event", "msg"],
            drop_missing=True,
            sort_keys=False,
            repr_native_str=False,
        )
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redactor(secrets),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
