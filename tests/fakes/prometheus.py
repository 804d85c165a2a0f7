"""A real Prometheus on a free port of loopback, which scrapes twice a second."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import aiohttp

from fakes.redis_server import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

PROGRAM = "prometheus"
# Also how long a scrape may take: a busy machine must not look like one that is down.
SCRAPE_INTERVAL = "500ms"
# How long it may take to start, or to see what is so, in real seconds.
PATIENCE_S = 10.0


class Prometheus:
    """Started by `a_prometheus`."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """Return what an expression is now; raise ValueError where it has a mistake."""
        answer = await self._ask("query", query=expression)
        if answer["status"] != "success":
            raise ValueError(f"{answer['error']}: {expression}")
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    async def shown(self, expression: str) -> list[dict[str, Any]]:
        """Return what an expression is as soon as it is anything: scrapes get lost."""
        for _ in range(50):
            if found := await self.query(expression):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"{expression} shows nothing")

    async def alerts(self) -> dict[str, str]:
        """Return the alerts that are `pending` or `firing`, by their names."""
        answer = await self._ask("alerts")
        return {
            alert["labels"]["alertname"]: alert["state"]
            for alert in answer["data"]["alerts"]
        }

    async def scraped(self, *jobs: str) -> None:
        """Wait until each job has been scraped twice, so that rates are to be had."""
        async with asyncio.timeout(PATIENCE_S):
            for job in jobs:
                count = f'count_over_time(up{{job="{job}"}}[1m])'
                while not any(
                    float(found["value"][1]) >= 2 for found in await self.query(count)
                ):
                    await asyncio.sleep(0.02)

    async def _ask(self, path: str, **parameters: str) -> dict[str, Any]:
        async with self._session.get(
            f"{self.url}/api/v1/{path}", params=parameters
        ) as response:
            answer: dict[str, Any] = await response.json()
            return answer


class Watch:
    """The alerts as they come and go; `fired` are all that have been firing."""

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus
        self.fired: set[str] = set()

    async def until(self, alerts: Mapping[str, str]) -> None:
        """Look again and again until the alerts are these, and in these states."""
        async with asyncio.timeout(PATIENCE_S):
            while (seen := await self._prometheus.alerts()) != alerts:
                self.fired |= {name for name in seen if seen[name] == "firing"}
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_prometheus(
    targets: Mapping[str, str], *, rules: str = ""
) -> AsyncIterator[Prometheus]:
    """Start one that scrapes `targets` (URLs by job) and judges `rules` (a file's)."""
    with TemporaryDirectory() as folder:
        config = Path(folder) / "prometheus.yml"
        config.write_text(json.dumps(_config(targets)), encoding="utf-8")
        (Path(folder) / "rules.yml").write_text(rules, encoding="utf-8")
        url = f"http://127.0.0.1:{free_port()}"
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *(f"--config.file={config}", f"--storage.tsdb.path={folder}/data"),
            *("--log.level=error", f"--web.listen-address={url[7:]}"),
        )
        try:
            async with aiohttp.ClientSession() as session:
                await _until_ready(session, url)
                yield Prometheus(url, session)
        finally:
            process.kill()
            await process.wait()


def _config(targets: Mapping[str, str]) -> dict[str, Any]:
    return {
        "global": {
            "scrape_interval": SCRAPE_INTERVAL,
            "scrape_timeout": SCRAPE_INTERVAL,
            "evaluation_interval": SCRAPE_INTERVAL,
        },
        "rule_files": ["rules.yml"],
        "scrape_configs": [
            {
                "job_name": job,
                "static_configs": [{"targets": [url.removeprefix("http://")]}],
            }
            for job, url in targets.items()
        ],
    }


async def _until_ready(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with session.get(f"{url}/-/ready") as response:
                    if response.ok:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.02)
