"""The agent on a real socket, in front of a proxy that plays what a test says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from agent.app import make_app
from config.agent_settings import AgentSettings
from fakes.clock import FakeClock
from fakes.proxy import FakeProxy
from fakes.redis_server import a_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpClient, AiohttpServer

    from fakes.redis_server import RedisServer

    AgentClient: TypeAlias = TestClient[web.Request, web.Application]


SAMPLES = Path(__file__).parent.parent / "data" / "whatsapp"


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """Read recorded WhatsApp bodies by name."""
    return lambda name: (SAMPLES / f"{name}.json").read_bytes()


@pytest.fixture
def clock() -> FakeClock:
    """Stand at 00:00 of 25 November 2026 in Buenos Aires."""
    return FakeClock()


@pytest.fixture
async def proxy() -> FakeProxy:
    """Answer as a healthy proxy, until told otherwise."""
    return FakeProxy()


@pytest.fixture
async def proxy_url(proxy: FakeProxy, aiohttp_server: AiohttpServer) -> str:
    """Serve the fake proxy."""
    server = await aiohttp_server(proxy.app())
    return str(server.make_url("")).rstrip("/")


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    """Start a Redis."""
    async with a_redis() as server:
        yield server


@pytest.fixture
async def start_agent(
    proxy_url: str, clock: FakeClock, aiohttp_client: AiohttpClient
) -> Callable[..., Awaitable[AgentClient]]:
    """Start agents that ask the fake proxy, unless told another."""

    async def start(
        **variables: str,
    ) -> AgentClient:
        environ = {"AGENT_PROXY_URL": proxy_url, **variables}
        app = make_app(AgentSettings.load(environ), clock=clock)
        return await aiohttp_client(app)

    return start


@pytest.fixture
async def agent(
    start_agent: Callable[..., Awaitable[AgentClient]],
) -> AgentClient:
    """Start an agent without a WhatsApp account."""
    return await start_agent()
