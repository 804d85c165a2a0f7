"""Rotation without a restart: on a signal, the secrets in files are read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from config.loading import EnvironmentSettings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

NOTHING = "No setting stands in a file, so there is nothing to read again."
STAYS = "{why} What was in force before stays in force."

S = TypeVar("S", bound=EnvironmentSettings)


class Reloader(Generic[S]):
    """
    Reads files again, each by itself: a bad one costs the good ones nothing.

    `take` gets the settings with what is new in them, only where something is.
    """

    def __init__(self, settings: S, take: Callable[[S], None]) -> None:
        self._settings = settings
        self._take = take
        self._log = structlog.get_logger()

    def reload(self) -> None:
        """Read every file again, and say in the log what came of it."""
        settings = self._settings
        fields = settings.fields_in_files()
        if not fields:
            self._log.info("settings.reloaded", msg=NOTHING)
            return
        changed: list[str] = []
        unchanged: list[str] = []
        for field in fields:
            try:
                fresh = settings.reread(field)
            except SettingsError as exc:
                self._log.error("settings.not_reloaded", msg=STAYS.format(why=exc))
                continue
            is_new = getattr(fresh, field) != getattr(settings, field)
            (changed if is_new else unchanged).append(settings.file_variable(field))
            settings = fresh
        if changed:
            self._take(settings)
            self._settings = settings
        if changed or unchanged:
            self._log.info("settings.reloaded", changed=changed, unchanged=unchanged)
