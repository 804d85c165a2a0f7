"""Log set-up: key=value on a terminal, JSON lines elsewhere; secrets never pass."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, TextIO, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "(hidden)"


# A shorter secret is hidden where it stands alone, and not inside other words: a token
# of one letter would blank that letter from every line, and hide nothing by it.
WHOLE_WORD_BELOW = 8
# Made here, and programs read them.
_NEVER_SECRET = frozenset({"level", "timestamp"})


class Redactor:
    """A processor that hides every given secret wherever it stands in an event."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._patterns: list[re.Pattern[str]] = []
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these too; those known before may still be in use, and stay hidden."""
        self._known.update(filter(None, secrets))
        # The longest first, lest a secret that holds another is left half shown.
        longest_first = sorted(self._known, key=len, reverse=True)
        self._patterns = [_pattern(secret) for secret in longest_first]

    def __call__(
        self, logger: WrappedLogger, method: str, event: EventDict
    ) -> EventDict:
        """Return the event without secrets."""
        del logger, method
        return {
            name: value if name in _NEVER_SECRET else self._clean(value)
            for name, value in event.items()
        }

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            for pattern in self._patterns:
                value = pattern.sub(HIDDEN, value)
            return value
        if isinstance(value, dict):
            pairs = cast("dict[str, object]", value)
            return {name: self._clean(part) for name, part in pairs.items()}
        if isinstance(value, list | tuple):
            return [self._clean(part) for part in cast("list[object]", value)]
        return value


def _pattern(secret: str) -> re.Pattern[str]:
    escaped = re.escape(secret)
    if len(secret) < WHOLE_WORD_BELOW:
        escaped = rf"(?<!\w){escaped}(?!\w)"
    return re.compile(escaped)


def set_up_logs(
    *, secrets: Iterable[str] = (), stream: TextIO = sys.stdout
) -> Redactor:
    """
    Send structlog, and what libraries log, to `stream`, a line an event.

    The redactor that all of it passes is returned, to learn of later secrets.
    """
    redactor = Redactor(secrets)
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
        redactor,
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
    return redactor
