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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails


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

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """
        Build the settings from `environ`.

        Raises:
            SettingsError: naming the variable, its value and what is allowed.

        """
        given = {
            field: environ[variable]
            for field in cls.model_fields
            if environ.get(variable := cls.variable(field))
        }
        try:
            return cls.model_validate(given)
        except ValidationError as exc:
            raise SettingsError(cls._sentence(exc.errors()[0])) from None

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
    def _sentence(cls, error: ErrorDetails) -> str:
        # A validator of ours speaks for itself; it never quotes a secret.
        own = error.get("ctx", {}).get("error")
        said = str(own) if own is not None else error["msg"]
        if not error["loc"]:
            return said
        field = str(error["loc"][0])
        name = cls.variable(field)
        if error["type"] == "missing":
            return f"{name} is required: {cls.model_fields[field].description}"
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
