"""A proxy and the agent before it, as Prometheus finds them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.test_utils import TestServer

from agent.app import make_app
from config.agent_settings import AgentSettings
from config.clock import SystemClock
from fakes.rig import a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from fakes.rig import Rig


@dataclass(frozen=True, slots=True)
class Scraped:
    """The proxy's rig, and the URLs of both by their jobs in Prometheus."""

    rig: Rig
    targets: Mapping[str, str]

    async def page(self, job: str) -> str:
        """Return what one of them exports now."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.targets[job]}/metrics") as response,
        ):
            return await response.text()


@asynccontextmanager
async def scraped(proxy: Mapping[str, str] | None = None) -> AsyncIterator[Scraped]:
    """Start both; `proxy` holds settings beside the usual ones."""
    async with a_rig(proxy) as rig:
        settings = AgentSettings.load({"AGENT_PROXY_URL": rig.url})
        async with TestServer(make_app(settings, clock=SystemClock())) as agent:
            agent_url = str(agent.make_url("")).rstrip("/")
            yield Scraped(rig, {"proxy": rig.url, "agent": agent_url})
