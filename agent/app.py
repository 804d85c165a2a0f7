"""The composition root: from settings and a clock to what serves guests."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from agent.api import STOPPING, Api
from agent.kept.conversations import Conversations
from agent.kept.redis_store import RedisStore
from agent.kept.store import MemoryStore
from agent.pms.booking import BookingPolicy
from agent.pms.booking_desk import BookingDesk
from agent.pms.client import PmsClient
from agent.pms.proxy import Proxy
from agent.problems import BODY_LIMIT_BYTES, speak_problems
from agent.serving.runner import Runner
from agent.serving.turns import Turns
from agent.serving.waiting import Waiting
from agent.serving.worker import Worker
from agent.telemetry import Telemetry, watch_requests
from agent.tracing import trace_requests
from agent.understanding.feasts import Habits
from agent.understanding.grammar import Grammar
from agent.whatsapp.client import DEFAULT_API_URL, WhatsApp
from agent.whatsapp.webhook import Webhook, WebhookPolicy
from config.tracing import OFF

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from pydantic import SecretStr

    from agent.clock import Clock
    from agent.kept.store import Store
    from agent.tracing import Tracer
    from config.agent_settings import AgentSettings

_WEEKEND_STARTS = {"thursday": 4, "friday": 5, "saturday": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What serves guests, whatever they write by; `sessions` are its connections."""

    proxy: Proxy
    pms: PmsClient
    runner: Runner
    store: Store
    worker: Worker
    waiting: Waiting
    telemetry: Telemetry
    sessions: tuple[aiohttp.ClientSession, ...]


def make_parts(settings: AgentSettings, *, clock: Clock, tracer: Tracer = OFF) -> Parts:
    """Build them; needs a running loop, as aiohttp's client does."""
    telemetry = Telemetry()
    # Apart, so that calls that hang take no connection from the breaker's state
    # or from a reply.
    calls, states, replies = _session(), _session(), _session()
    proxy = Proxy(
        calls,
        states,
        url=settings.proxy_url,
        token=_secret(settings.proxy_token),
        tracer=tracer,
        clock=clock,
    )
    pms = PmsClient(proxy, hotel_id=settings.hotel_id, room_types=settings.room_types)
    conversations = Conversations()
    runner = Runner(
        pms,
        BookingDesk(
            pms,
            proxy,
            BookingPolicy(
                hotel_id=settings.hotel_id,
                email_domain=settings.guest_email_domain,
                email_secret=(_secret(settings.whatsapp_app_secret) or "").encode(),
            ),
        ),
        conversations,
        understander=Grammar(habits_of(settings)),
        zone=ZoneInfo(settings.hotel_timezone),
        clock=clock,
        default_nights=settings.default_nights,
    )
    store = make_store(settings, telemetry, clock)
    worker = Worker(
        store,
        Turns(runner, conversations, telemetry),
        _whatsapp(settings, replies, clock),
        telemetry=telemetry,
        tracer=tracer,
        clock=clock,
    )
    return Parts(
        proxy=proxy,
        pms=pms,
        runner=runner,
        store=store,
        worker=worker,
        waiting=Waiting(store, worker, pms, clock=clock),
        telemetry=telemetry,
        sessions=(calls, states, replies),
    )


@asynccontextmanager
async def serving(parts: Parts) -> AsyncGenerator[None]:
    """Serve guests meanwhile; then let those who are being served finish."""
    beside = [asyncio.create_task(part.run()) for part in (parts.worker, parts.waiting)]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await parts.worker.finish()
        await parts.store.close()
        for session in parts.sessions:
            await session.close()


def make_app(
    settings: AgentSettings, *, clock: Clock, tracer: Tracer = OFF
) -> web.Application:
    """Build the agent; needs a running loop, as aiohttp's client does."""
    parts = make_parts(settings, clock=clock, tracer=tracer)
    telemetry = parts.telemetry
    webhook = Webhook(
        policy=WebhookPolicy(
            app_secret=_secret(settings.whatsapp_app_secret),
            verify_token=_secret(settings.whatsapp_verify_token),
            is_durable=settings.redis_url is not None,
            has_account=settings.whatsapp_access_token is not None,
        ),
        runner=parts.runner,
        pms=parts.pms,
        store=parts.store,
        worker=parts.worker,
        telemetry=telemetry,
        clock=clock,
    )
    api = Api(
        pms=parts.pms,
        telemetry=telemetry,
        hotel_id=settings.hotel_id,
        zone=ZoneInfo(settings.hotel_timezone),
        clock=clock,
    )

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        async with serving(parts):
            yield

    app = web.Application(
        middlewares=[
            trace_requests(tracer),
            watch_requests(telemetry, clock),
            speak_problems,
        ],
        client_max_size=BODY_LIMIT_BYTES,
    )
    app[STOPPING] = asyncio.Event()
    app.cleanup_ctx.append(lifetime)
    app.add_routes(
        [
            web.get("/webhooks/whatsapp", webhook.verify),
            web.post("/webhooks/whatsapp", webhook.receive),
            web.get("/api/v1/availability", api.availability),
            web.get("/health/live", api.live),
            web.get("/health/ready", api.ready),
            web.get("/metrics", api.metrics),
        ]
    )
    return app


def habits_of(settings: AgentSettings) -> Habits:
    """Say what the house means by a weekend and by a long one."""
    return Habits(
        weekend_from=_WEEKEND_STARTS[settings.weekend_starts],
        weekend_nights=settings.weekend_nights,
        long_weekends=settings.long_weekend_days,
    )


def make_store(settings: AgentSettings, telemetry: Telemetry, clock: Clock) -> Store:
    """Open what is kept of guests: in Redis where there is one, else in memory."""
    url = _secret(settings.redis_url)
    if url is None:
        return MemoryStore(clock)
    return RedisStore(url, hotel_id=settings.hotel_id, telemetry=telemetry, clock=clock)


def _session() -> aiohttp.ClientSession:
    # Every call is bounded by the clock where it is made.
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))


def _whatsapp(
    settings: AgentSettings, session: aiohttp.ClientSession, clock: Clock
) -> WhatsApp | None:
    token = _secret(settings.whatsapp_access_token)
    phone_number_id = settings.whatsapp_phone_number_id
    if token is None or phone_number_id is None:
        return None
    return WhatsApp(
        session,
        api_url=settings.whatsapp_api_url or DEFAULT_API_URL,
        access_token=token,
        phone_number_id=phone_number_id,
        clock=clock,
    )


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
