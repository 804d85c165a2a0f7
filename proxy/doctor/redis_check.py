"""Redis as the proxy uses it: does it answer, how soon, would it forget, is it full."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from proxy.doctor.values import Check, Remark, failed, passed, skipped
from proxy.fleet.patience import LONGEST_S

if TYPE_CHECKING:
    from proxy.doctor.values import Finding
    from proxy.messages import Clock

STEP_S = 3.0
DEFAULT_PORT = 6379
KEEPS = "noeviction"
# The best of so many counts: a busy moment of this machine is not Redis' fault.
TRIES = 5
# The last three are by what answers like Redis and is none.
_ODD = (exceptions.RedisError, OSError, ValueError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class RedisSeen:
    """The finding, and by how many seconds Redis' clock is ahead, if it told."""

    finding: Finding
    ahead_s: float | None = None


async def look_at_redis(url: str | None, clock: Clock) -> RedisSeen:
    """Ask Redis for its state within `STEP_S`; nothing is written."""
    if url is None:
        return RedisSeen(skipped(Check.REDIS, Remark.REDIS_NOT_USED))
    parts = urlsplit(url)
    at = f"{parts.hostname}:{parts.port or DEFAULT_PORT}"
    client: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
        url, retry=Retry(NoBackoff(), 0), socket_timeout=None, protocol=2
    )
    try:
        async with clock.timeout(STEP_S):
            return await _ask(client, clock, at)
    except (TimeoutError, exceptions.TimeoutError):
        return RedisSeen(failed(Check.REDIS, Remark.REDIS_SILENT, at=at))
    except (exceptions.AuthenticationError, exceptions.NoPermissionError):
        return RedisSeen(failed(Check.REDIS, Remark.REDIS_PASSWORD, at=at))
    except _ODD as exc:
        why = getattr(exc, "strerror", None) or type(exc).__name__
        return RedisSeen(failed(Check.REDIS, Remark.REDIS_UNREACHABLE, at=at, why=why))
    finally:
        with suppress(exceptions.RedisError, OSError, TimeoutError):
            async with clock.timeout(1):
                await client.aclose()


async def _ask(client: Any, clock: Clock, at: str) -> RedisSeen:
    # The first command connects: what a guest waits for is the time of later ones.
    await client.ping()
    took_s = min([await _once(client, clock) for _ in range(TRIES)])
    seconds, micros = await client.time()
    ahead_s = int(seconds) + int(micros) / 1e6 - clock.wall().timestamp()
    memory: dict[str, Any] = await client.info("memory")
    # Hidden by some hosts; then nothing is known against it.
    policy = str(memory.get("maxmemory_policy", KEEPS))
    limit, used = int(memory.get("maxmemory", 0)), int(memory.get("used_memory", 0))
    facts = {"at": at, "ms": f"{took_s * 1000:.1f}", "policy": policy}
    if policy != KEEPS:
        finding = failed(Check.REDIS, Remark.REDIS_EVICTS, **facts)
    elif 0 < limit <= used:
        finding = failed(Check.REDIS, Remark.REDIS_FULL, **facts)
    elif took_s > LONGEST_S:
        finding = failed(Check.REDIS, Remark.REDIS_SLOW, **facts)
    else:
        finding = passed(Check.REDIS, Remark.REDIS_GOOD, **facts)
    return RedisSeen(finding, ahead_s)


async def _once(client: Any, clock: Clock) -> float:
    began_at = clock.monotonic()
    await client.ping()
    return clock.monotonic() - began_at
