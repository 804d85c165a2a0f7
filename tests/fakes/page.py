"""The demo's page alone: a PMS, but neither proxy nor agent behind it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from config.clock import SystemClock
from demo.page.account import Account
from demo.page.crowd import Crowd
from demo.page.news import News
from demo.page.running import served
from demo.page.server import Page
from demo.pms import StandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class DemoPage:
    """A page that is served; `breaker` is what the proxy is said to tell."""

    pms: StandIn
    account: Account
    news: News
    url: str = ""
    breaker: dict[str, Any] = field(default_factory=lambda: {"state": "closed"})

    async def status(self) -> dict[str, Any]:
        """Tell as the proxy would."""
        return {
            "breaker": self.breaker,
            "cache": {"entries": 2},
            "calendar": {"usable": 180},
        }

    def hotel_says(self, body: dict[str, Any]) -> None:
        """Let the hotel write to the first guest."""
        chat = next(iter(self.account.chats))
        at = SystemClock().wall()
        number = self.account.chats.version
        self.account.chats.hear({"to": chat.guest, **body}, id_=f"out{number}", at=at)
        self.news.tell()


@asynccontextmanager
async def a_demo_page() -> AsyncIterator[DemoPage]:
    """Serve the page with one guest; the webhook is at an address of nobody."""
    news, clock = News(), SystemClock()
    async with aiohttp.ClientSession() as session, StandIn() as pms:
        account = Account(news, session, clock)
        account.webhook = "http://127.0.0.1:9/"
        account.chats.open()
        page = DemoPage(pms, account, news)
        app = Page(
            pms=pms,
            proxy_status=page.status,
            account=account,
            crowd=Crowd(account.webhook, session, clock, every_s=1),
            news=news,
            clock=clock,
        ).app()
        async with served(app) as page.url:
            yield page
        await account.close()
