"""Debian's Chromium without a window, which reaches nothing but loopback."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, ConsoleMessage, Page, Request

PROGRAM = "/usr/bin/chromium"
# It would call home at its start, and root may use no sandbox.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)


# Without slots, since playwright marks the object whose method it is given.
@dataclass
class Seen:
    """What a page did that it should not do."""

    # Errors and warnings of the console, refusals of the content policy among them.
    complaints: list[str] = field(default_factory=list)
    # Addresses asked that are not on loopback.
    outside: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "about:")):
            self.outside.append(request.url)


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """Start Chromium; it takes about a second."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=PROGRAM, args=list(ARGUMENTS)
        )
        try:
            yield browser
        finally:
            await browser.close()
