"""
The status page: the status document in words, for people (`page/`, `status_words`).

All files are read once, so that a request costs no I/O. What the page shows is what
`/status.json` says; `status_events` keeps it true without reloading.
"""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from proxy.front.admin import MAX_REASON_LETTERS
from proxy.front.status_words import LANGUAGES, size, span
from proxy.messages import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Template

PAGE_PATH = "/status"
EVENTS_PATH = "/status/events"
HERE = Path(__file__).parent / "page"
ASSETS = {
    "/status/page.css": ("page.css", "text/css; charset=utf-8"),
    "/status/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/status/icon.svg": ("icon.svg", "image/svg+xml"),
}
# Nothing from elsewhere, nothing inline, in nobody's frame; forms are sent by script.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
GUARDED = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)


class StatusPage:
    """Writes the page in one of its languages; `status` returns the document."""

    def __init__(self, status: Callable[[], dict[str, object]]) -> None:
        self._status = status
        self._whole, self._parts = _templates()
        self._assets = _assets()

    def serves(self, path: str) -> bool:
        """Say whether a path is the page's, or a file's of it."""
        return path == PAGE_PATH or path in self._assets

    def answer(self, path: str, language: str) -> Reply:
        """Return the page, or the file of it that has this path."""
        if path != PAGE_PATH:
            return self._assets[path]
        page = self._write(self._whole, language)
        vary = (("Vary", "Accept-Language"), ("Content-Language", language))
        return _reply(page, "text/html; charset=utf-8", *vary)

    def parts(self, language: str) -> str:
        """Return what of the page changes, as HTML."""
        return self._write(self._parts, language).decode()

    def _write(self, template: Template, language: str) -> bytes:
        return template.render(
            s=self._status(),
            t=LANGUAGES[language],
            language=language,
            languages=LANGUAGES,
            max_reason=MAX_REASON_LETTERS,
            size=size,
        ).encode()


@cache
def _templates() -> tuple[Template, Template]:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
    )
    environment.filters["span"] = span
    whole = environment.get_template("status.html")
    return whole, environment.get_template("status_parts.html")


@cache
def _assets() -> dict[str, Reply]:
    return {
        path: _reply((HERE / name).read_bytes(), kind)
        for path, (name, kind) in ASSETS.items()
    }


def _reply(body: bytes, kind: str, *headers: tuple[str, str]) -> Reply:
    fields = (("Content-Type", kind), *GUARDED, *headers)
    return Reply(status=HTTPStatus.OK, headers=fields, body=body)
