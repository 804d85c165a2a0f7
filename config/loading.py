"""
Read settings from an environment, once, and say in one sentence what is wrong.

The two models are in `proxy_settings` and `agent_settings`; this file knows neither.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from config.secret_files import UnusableFile, read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails


# The context of the first validation: what is read again later need not hold it.
AT_START = "at start"


class SettingsError(Exception):
    """A setting that is missing or wrong; the text is one sentence for people."""


class EnvironmentSettings(BaseSettings):
    """
    Base of both models: flat names with a prefix, frozen, an empty value is unset.

    Values come from the mapping given to `load` alone, so that a test needs no
    process environment.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    # Fields whose function comes in a later version.
    later: ClassVar[frozenset[str]] = frozenset()

    # Fields whose value may stand in a file, whose path is in a field of their name
    # and `_file`.
    in_files: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """
        Build the settings from `environ`.

        Raises:
            SettingsError: naming the variable, its value and what is allowed.

        """
        given: dict[str, object] = {
            field: environ[variable]
            for field in cls.model_fields
            if environ.get(variable := cls.variable(field))
        }
        for field in cls.in_files:
            path = given.get(f"{field}_file")
            if path is not None and field in given:
                raise SettingsError(
                    f"{cls.variable(field)} and {cls.file_variable(field)} are both "
                    "set, and only one of them can be right."
                )
            if path is not None:
                given[field] = cls._content(field, str(path))
        return cls._validated(given, AT_START)

    def fields_in_files(self) -> list[str]:
        """Return the fields whose value stands in a file."""
        return [name for name in self.in_files if getattr(self, f"{name}_file")]

    def reread(self, field: str) -> Self:
        """
        Return these settings with one field read again from its file.

        Raises:
            SettingsError: naming the file's variable and what is wrong with it.

        """
        given = {name: getattr(self, name) for name in self.model_fields_set}
        given[field] = self._content(field, given[f"{field}_file"])
        return self._validated(given, None)

    @classmethod
    def file_variable(cls, field: str) -> str:
        """Return the environment variable that names the file of `field`."""
        return cls.variable(f"{field}_file")

    @classmethod
    def _content(cls, field: str, path: str) -> str:
        try:
            return read_secret(path)
        except UnusableFile as exc:
            raise SettingsError(
                f"{cls.file_variable(field)} is {path!r}, which cannot be used: {exc}."
            ) from None

    @classmethod
    def _validated(cls, given: dict[str, object], context: str | None) -> Self:
        try:
            return cls.model_validate(given, context=context)
        except ValidationError as exc:
            raise SettingsError(cls._sentence(exc.errors()[0], given)) from None

    @classmethod
    def variable(cls, field: str) -> str:
        """Return the environment variable that sets `field`."""
        return f"{cls.model_config.get('env_prefix', '')}{field.upper()}"

    @classmethod
    def unknown_variables(cls, environ: Mapping[str, str]) -> list[str]:
        """Say, a sentence each, which variables carry our prefix but set nothing."""
        known = [cls.variable(field) for field in cls.model_fields]
        prefix = cls.model_config.get("env_prefix", "")
        sentences: list[str] = []
        for name in sorted(environ):
            if name.startswith(prefix) and name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]}?" if near else "."
                sentences.append(f"{name} is not a setting and is ignored{hint}")
        return sentences

    @classmethod
    def idle_variables(cls, environ: Mapping[str, str]) -> list[str]:
        """Say, a sentence each, which variables are set that do nothing yet."""
        names = sorted(cls.variable(field) for field in cls.later)
        return [
            f"{name} is accepted, but does nothing in this version."
            for name in names
            if environ.get(name)
        ]

    @classmethod
    def _sentence(cls, error: ErrorDetails, given: Mapping[str, object]) -> str:
        # A validator of ours speaks for itself; it never quotes a secret.
        own = error.get("ctx", {}).get("error")
        said = str(own) if own is not None else error["msg"]
        if not error["loc"]:
            return said
        field = str(error["loc"][0])
        name = cls.variable(field)
        if error["type"] == "missing":
            return f"{name} is required: {cls.model_fields[field].description}"
        if field in cls.in_files and f"{field}_file" in given:
            return f"{cls.file_variable(field)} names a file that is not right: {said}."
        annotation = str(cls.model_fields[field].annotation)
        # A URL with an @ may hold a password.
        secret = SecretStr.__name__ in annotation or "@" in str(error["input"])
        value = "(hidden)" if secret else repr(error["input"])
        return f"{name} is {value}, which is not allowed: {said}."

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from `load` only."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
