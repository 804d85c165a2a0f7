"""The whole house on free ports: the PMS stand-in, the proxy and the agent."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from config.clock import SystemClock
from demo import letters
from demo.pms import StandIn
from demo.processes import Process, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date

GUEST = "5491100000001"
STATUS_WITHIN_S = 2.0


def in_days(days: int) -> date:
    """Return a day from today on."""
    return SystemClock().wall().date() + timedelta(days=days)


def envelope(text: str, guest: str = GUEST) -> dict[str, Any]:
    """Wrap a guest's text as WhatsApp delivers it, under an id of its own."""
    id_ = f"wamid.{uuid.uuid4().hex}"
    message = letters.text(guest, text, id_=id_, at=SystemClock().wall())
    return letters.delivery(message, "Ana")


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demos act on."""

    pms: StandIn
    proxy: Process
    agent: Process
    session: aiohttp.ClientSession

    async def guest_says(self, text: str, guest: str = GUEST) -> dict[str, Any]:
        """Deliver a WhatsApp message and return the webhook's answer."""
        url = f"{self.agent.url}/webhooks/whatsapp"
        async with self.session.post(url, json=envelope(text, guest)) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def rooms(self, checkin: date) -> tuple[int, dict[str, Any]]:
        """Ask the agent's availability API; return status and document."""
        url = f"{self.agent.url}/api/v1/availability"
        async with self.session.get(url, params={"checkin": str(checkin)}) as response:
            return response.status, await response.json(content_type=None)

    async def post_booking(self) -> tuple[int, dict[str, Any]]:
        """Post a booking to the proxy as another hotel tool would."""
        url = f"{self.proxy.url}/api/bookings"
        async with self.session.post(
            url, json={"booking": {}}, headers={"Output-Format": "JSON"}
        ) as response:
            return response.status, await response.json(content_type=None)

    async def state(self) -> float:
        """Return the gauge that the agent's public host shows (runbook)."""
        async with self.session.get(f"{self.agent.url}/metrics") as response:
            text = await response.text()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == "pms_circuit_breaker_state":
                    return sample.value
        raise LookupError("The agent shows no pms_circuit_breaker_state.")

    async def proxy_status(self) -> dict[str, Any] | None:
        """Return the proxy's `/status.json`, None where it does not answer soon."""
        try:
            async with (
                asyncio.timeout(STATUS_WITHIN_S),
                self.session.get(f"{self.proxy.url}/status.json") as response,
            ):
                response.raise_for_status()
                status: dict[str, Any] = await response.json()
                return status
        except (TimeoutError, aiohttp.ClientError, ValueError):
            return None

    async def is_live(self) -> bool:
        """Ask both processes whether they live."""
        for process in (self.proxy, self.agent):
            async with self.session.get(f"{process.url}/health/live") as response:
                if not response.ok:
                    return False
        return True


@asynccontextmanager
async def a_stage(
    proxy: Mapping[str, str] | None = None,
    *,
    agent: Mapping[str, str] | None = None,
    proxy_port: int = 0,
    agent_port: int = 0,
    keeps_calls: bool = True,
) -> AsyncIterator[Stage]:
    """Start all three; `proxy` and `agent` hold settings beside the usual ones."""
    async with StandIn(keeps_calls=keeps_calls) as pms:
        proxy_environ = {
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_UPSTREAM_KEY": pms.key,
            "PROXY_PORT": str(proxy_port),
            **(proxy or {}),
        }
        async with running("proxy", proxy_environ) as proxy_process:
            agent_environ = {
                "AGENT_BIND": "127.0.0.1",
                "AGENT_PORT": str(agent_port),
                "AGENT_PROXY_URL": proxy_process.url,
                **(agent or {}),
            }
            async with (
                running("agent", agent_environ) as agent_process,
                aiohttp.ClientSession() as session,
            ):
                yield Stage(pms, proxy_process, agent_process, session)
