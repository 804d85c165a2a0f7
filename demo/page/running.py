"""Starts the page with the whole house behind it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from config.clock import SystemClock
from demo.page.account import Account
from demo.page.crowd import Crowd
from demo.page.news import News
from demo.page.server import Page
from demo.sockets import LOCALHOST
from demo.stage import a_stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from demo.stage import Stage

ASKS_EVERY_S = 1.0
# Pages that are open are not waited for.
SHUTDOWN_S = 0.5


@dataclass(frozen=True, slots=True)
class Open:
    """The page that is being served, and what is behind it."""

    url: str
    stage: Stage


@asynccontextmanager
async def a_page(
    proxy: Mapping[str, str] | None = None, *, asks_every_s: float = ASKS_EVERY_S
) -> AsyncIterator[Open]:
    """Start all on free ports; `proxy` holds its settings beside the usual ones."""
    news, clock = News(), SystemClock()
    async with aiohttp.ClientSession() as session:
        account = Account(news, session, clock)
        async with (
            served(account.graph()) as graph,
            a_stage(proxy, agent=account.settings(graph), keeps_calls=False) as stage,
        ):
            account.webhook = f"{stage.agent.url}/webhooks/whatsapp"
            account.chats.open()
            crowd = Crowd(
                f"{stage.agent.url}/api/v1/availability",
                session,
                clock,
                every_s=asks_every_s,
            )
            page = Page(
                pms=stage.pms,
                proxy_status=stage.proxy_status,
                account=account,
                crowd=crowd,
                news=news,
                clock=clock,
            )
            asking = asyncio.create_task(crowd.run())
            try:
                async with served(page.app()) as url:
                    yield Open(url, stage)
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                await account.close()


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port of loopback; yield its URL."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOCALHOST, 0).start()
        yield f"http://{LOCALHOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
