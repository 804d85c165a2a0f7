"""
Guests' records in Redis, shared by all agents that ask it.

A record is one JSON text that expires a day after its last change. It is replaced by
compare-and-set, and with it, in the same step, its places in the sorted sets by which
workers find who is due and who waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from agent.errors import StoreError
from agent.kept.inbox import DAY_S, Kept

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agent.clock import Clock
    from agent.messages import Guest, Waits
    from agent.telemetry import Telemetry

T = TypeVar("T")

# The whole of a delivery has to fit into WhatsApp's patience.
COMMAND_WITHIN_S = 0.5
CHANGE_TRIES = 20
DUE_AT_ONCE = 64
SCANNED_AT_ONCE = 500
# Another form of the records gets another number: none is ever misread.
FORM = 1
UNREACHABLE = "Redis does not answer: messages cannot be kept."

_KEPT = TypeAdapter(Kept)
_WAITS: tuple[Waits, ...] = ("pms", "booking")
# KEYS: the record, then the sorted sets. ARGV: what the record was, what it becomes
# (empty: none), its time in ms, the guest, then the guest's score in each set (empty:
# not in it).
_CHANGE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
for i = 2, #KEYS do
  local score = ARGV[3 + i]
  if score == '' then
    redis.call('ZREM', KEYS[i], ARGV[4])
  else
    redis.call('ZADD', KEYS[i], score, ARGV[4])
  end
end
return 1
"""
_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class _Redis(Protocol):
    """The commands that are asked; redis-py's own types say less."""

    def get(self, name: str) -> Awaitable[bytes | None]: ...

    def zrangebyscore(
        self, name: str, lowest: str, highest: float, /, *, start: int, num: int
    ) -> Awaitable[list[bytes]]: ...

    def zrange(
        self, name: str, start: int, end: int, *, withscores: bool = False
    ) -> Awaitable[list[Any]]: ...

    def eval(
        self, script: str, numkeys: int, *keys_and_args: str | bytes | float
    ) -> Awaitable[int]: ...

    def scan(
        self, cursor: int, match: str, count: int
    ) -> Awaitable[tuple[int, list[bytes]]]: ...

    def mget(self, keys: list[bytes]) -> Awaitable[list[bytes | None]]: ...

    async def aclose(self) -> None: ...


class RedisStore:
    """The records; whatever goes wrong with Redis is a `StoreError`."""

    def __init__(
        self,
        url: str,
        *,
        hotel_id: int,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._redis = _client(url)
        self._clock = clock
        self._telemetry = telemetry
        self._is_up = True
        self._prefix = f"agent{FORM}:{hotel_id}:"
        self._queue = f"{self._prefix}queue"

    async def change(
        self, address: str, rule: Callable[[Kept | None], tuple[Kept | None, T]]
    ) -> T:
        """Change a record by compare-and-set, as often as it takes."""
        for _ in range(CHANGE_TRIES):
            raw: bytes | None = await self._ask(self._redis.get(self._record(address)))
            before = _read(raw)
            kept, told = rule(before)
            if kept is not None and kept == before:
                return told
            if await self._ask(self._replace(address, raw or b"", kept)):
                return told
        raise StoreError("A guest's record changes too fast.")

    async def due(self, now: float) -> list[str]:
        """Name guests that are due."""
        found: list[bytes] = await self._ask(
            self._redis.zrangebyscore(
                self._queue, "-inf", now, start=0, num=DUE_AT_ONCE
            )
        )
        return [address.decode() for address in found]

    async def next_due(self) -> float | None:
        """Tell when a guest is due next."""
        found = await self._ask(self._redis.zrange(self._queue, 0, 0, withscores=True))
        return float(found[0][1]) if found else None

    async def waiting(self, wait: Waits) -> list[str]:
        """Name guests that wait for something."""
        found: list[bytes] = await self._ask(
            self._redis.zrange(self._waiting(wait), 0, -1)
        )
        return [address.decode() for address in found]

    async def guests(self) -> list[Guest]:
        """Return all guests; reads every record, so it is no part of serving them."""
        found: list[Guest] = []
        cursor = 0
        while True:
            cursor, names = await self._ask(
                self._redis.scan(cursor, match=self._record("*"), count=SCANNED_AT_ONCE)
            )
            raws: list[bytes | None] = []
            if names:
                raws = await self._ask(self._redis.mget(names))
            found += (kept.guest for kept in map(_read, raws) if kept is not None)
            if not cursor:
                return found

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    def _record(self, address: str) -> str:
        return f"{self._prefix}guest:{address}"

    def _waiting(self, wait: Waits) -> str:
        return f"{self._prefix}waiting:{wait}"

    def _replace(self, address: str, raw: bytes, kept: Kept | None) -> Awaitable[Any]:
        keys = [self._record(address), self._queue, *map(self._waiting, _WAITS)]
        scores: list[float | str] = [""] * (len(_WAITS) + 1)
        if kept is not None:
            scores = [
                kept.due if kept.due is not None else "",
                *(kept.wrote_at if kept.waits == wait else "" for wait in _WAITS),
            ]
        return self._redis.eval(
            _CHANGE,
            len(keys),
            *keys,
            raw,
            _KEPT.dump_json(kept) if kept is not None else b"",
            DAY_S * 1000,
            address,
            *scores,
        )

    async def _ask(self, command: Awaitable[Any]) -> Any:
        """Wait for a command, and notice when Redis goes and comes."""
        try:
            async with self._clock.timeout(COMMAND_WITHIN_S):
                answer = await command
        except (RedisError, OSError, TimeoutError) as exc:
            self._notice(is_up=False)
            raise StoreError(UNREACHABLE) from exc
        self._notice(is_up=True)
        return answer

    def _notice(self, *, is_up: bool) -> None:
        if is_up == self._is_up:
            return
        self._is_up = is_up
        self._telemetry.store(is_up=is_up)
        if is_up:
            _log.warning("store.up", msg="Redis answers again.")
        else:
            _log.warning("store.down", msg=UNREACHABLE)


def _client(url: str) -> _Redis:
    # Once more at once, since a connection kept from before a restart of Redis
    # fails; every change can be made twice. The deadline is ours: redis-py's own
    # swallows a cancellation now and then (asyncio.wait_for of Python 3.11).
    client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
        url,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=None,
        socket_connect_timeout=None,
    )
    return cast("_Redis", client)


def _read(raw: bytes | None) -> Kept | None:
    if raw is None:
        return None
    try:
        return _KEPT.validate_json(raw)
    except ValidationError:
        # Not ours to understand; the guest starts anew.
        _log.error("store.unreadable", msg="A guest's record cannot be read.")
        return None
