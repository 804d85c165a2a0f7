"""
The one door to Redis: a short deadline, a back-off, and nothing else that can fail.

Three states. UP: commands run. READ_ONLY: Redis answers but takes no writes (full,
a replica, a disk that failed). DOWN: nothing is asked. Out of the latter two leads one
task, which tries a small write after 1 s, 2 s, 4 s… up to 30 s: so one try is out at a
time, no guest waits for it, and it heals without traffic.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from urllib.parse import unquote, urlsplit

from aiocache.backends import redis as aiocache_redis  # type: ignore[import-untyped]
from aiocache.serializers import NullSerializer  # type: ignore[import-untyped]
from redis import exceptions

from proxy.errors import BackendDown
from proxy.fleet.backoff import delays_s
from proxy.fleet.patience import in_slices

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from proxy.messages import Clock

T = TypeVar("T")

DEADLINE_S = 0.1
SLICES = 10
# The client's own bound on connecting and closing: the deadline is shorter, and kinder
# to a late loop of ours.
CLOSE_S = 1.0
# Commands at once, each on a connection of its own.
MAX_COMMANDS = 16
# Redis counts in whole milliseconds and refuses none of them.
SHORTEST_TTL_S = 0.001
PROBE_KEY = "probe"
PROBE_TTL_S = 1.0

NO_ANSWER = "it does not answer in time"
READ_ONLY_REASONS = {
    "OOM": "its memory is full",
    "READONLY": "it is a read-only replica",
    "MISCONF": "it cannot save to its disk",
    "NOREPLICAS": "it has too few replicas",
}
WRONG_TYPE = "WRONGTYPE"


class Health(IntEnum):
    """How much of Redis works, the worse the greater."""

    UP = 0
    READ_ONLY = 1
    DOWN = 2


class _Cache(Protocol):
    """What is used of `aiocache.RedisCache`, which has no types of its own."""

    client: Any

    async def get(self, key: str) -> bytes | None: ...
    async def set(
        self, key: str, value: bytes, ttl: float, _cas_token: bytes | None = None
    ) -> object: ...
    async def add(self, key: str, value: bytes, ttl: float) -> object: ...
    async def delete(self, key: str) -> object: ...


class _Unwell(Exception):  # noqa: N818  (it never leaves this file)
    """A command failed, and what that says of Redis."""

    def __init__(self, health: Health, why: str) -> None:
        super().__init__(why)
        self.health = health
        self.why = why


class Backend:
    """
    Binary values in Redis, through aiocache.

    Every method raises `BackendDown`, at once where Redis is known to fail and after
    `deadline_s` at the latest where that is news. `namespace` keeps apart what does
    not belong together in one Redis. `on_change` is told True when all works again
    and False when it no longer does; `why_down` then has the reason.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        on_change: Callable[[bool], None],
        deadline_s: float = DEADLINE_S,
        namespace: str = "pms",
    ) -> None:
        self._cache = _cache(url, namespace)
        self._clock = clock
        self._on_change = on_change
        self._deadline_s = deadline_s
        self._places = asyncio.Semaphore(MAX_COMMANDS)
        self._health = Health.UP
        self._healing: asyncio.Task[None] | None = None
        self.why_down = ""

    @property
    def is_up(self) -> bool:
        """Whether Redis reads and writes, as far as is known."""
        return self._health is Health.UP

    async def get(self, key: str) -> bytes | None:
        """Return a value; None where there is none, or one that is no string."""

        async def read() -> bytes | None:
            try:
                return await self._cache.get(key)
            except exceptions.ResponseError as exc:
                if not str(exc).startswith(WRONG_TYPE):
                    raise
            # Somebody else's: it would stand in the way of ours for ever.
            await self._cache.delete(key)
            return None

        return await self._run(read, Health.READ_ONLY)

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep a value for `ttl_s`."""
        ttl = _ttl(ttl_s)
        await self._run(lambda: self._cache.set(key, value, ttl=ttl), Health.UP)

    async def add(self, key: str, value: bytes, ttl_s: float) -> bool:
        """Keep a value where there is none; say whether it was kept."""
        ttl = _ttl(ttl_s)

        async def add() -> bool:
            try:
                await self._cache.add(key, value, ttl=ttl)
            except ValueError:
                # So aiocache says that the key is taken.
                return False
            return True

        return await self._run(add, Health.UP) is True

    async def delete(self, key: str) -> None:
        """Forget a value."""
        await self._run(lambda: self._cache.delete(key), Health.UP)

    async def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        """Replace `expected` (None: nothing) by a value, in one step; say if done."""
        if expected is None:
            return await self.add(key, value, ttl_s)
        ttl = _ttl(ttl_s)
        done = await self._run(
            lambda: self._cache.set(key, value, ttl=ttl, _cas_token=expected),
            Health.UP,
        )
        return bool(done)

    async def close(self) -> None:
        """Stop healing and close the connections."""
        if self._healing is not None:
            self._healing.cancel()
            with suppress(asyncio.CancelledError):
                await self._healing
        # What is still under way is not to blame Redis for this.
        self._health, self.why_down = Health.DOWN, "the proxy is stopping"
        with suppress(exceptions.RedisError, OSError):
            await self._cache.client.aclose()

    async def _run(
        self, command: Callable[[], Awaitable[T]], needs: Health
    ) -> T | None:
        """Run a command that Redis can do in the health `needs` or better."""
        if self._health > needs:
            raise BackendDown(self.why_down)
        try:
            return await self._ask(command)
        except _Unwell as exc:
            self._fall(exc)
            raise BackendDown(exc.why) from exc

    async def _ask(self, command: Callable[[], Awaitable[T]]) -> T | None:
        """Run a command within the deadline; a value of another type is no value."""
        sent_at = math.inf

        async def in_its_place() -> T:
            nonlocal sent_at
            async with self._places:
                sent_at = self._clock.monotonic()
                # Where this is cancelled, redis-py drops the connection, so that
                # the answer that still comes is nobody else's (scenario 40).
                return await command()

        try:
            return await self._in_time(in_its_place())
        except TimeoutError:
            if self._clock.monotonic() - sent_at < self._deadline_s / 2:
                # It waited for its place for too long to blame Redis.
                raise BackendDown("too many commands wait for it") from None
            raise _Unwell(Health.DOWN, NO_ANSWER) from None
        except Exception as exc:
            # The client's parser fails in many ways on bytes that are not Redis'.
            if str(exc).startswith(WRONG_TYPE):
                return None
            raise _diagnose(exc) from exc

    async def _in_time(self, command: Coroutine[Any, Any, T]) -> T:
        """Wait for a command as long as the deadline, and end it then."""
        running = asyncio.get_running_loop().create_task(command)
        try:
            return await in_slices(running, self._clock, self._deadline_s, SLICES)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def _fall(self, news: _Unwell) -> None:
        if news.health <= self._health:
            return
        was_up = self._health is Health.UP
        self._health, self.why_down = news.health, news.why
        if was_up:
            self._healing = asyncio.get_running_loop().create_task(self._heal())
            self._on_change(False)

    async def _heal(self) -> None:
        for delay_s in delays_s():
            await self._clock.sleep(delay_s)
            try:
                await self._ask(
                    lambda: self._cache.set(PROBE_KEY, b"1", ttl=PROBE_TTL_S)
                )
            except _Unwell as exc:
                # It may answer again, or no longer.
                self._health, self.why_down = exc.health, exc.why
            except BackendDown:
                continue
            else:
                break
        self._health, self.why_down = Health.UP, ""
        self._on_change(True)


def _diagnose(exc: Exception) -> _Unwell:
    """Say in words what an exception of the client tells of Redis."""
    match exc:
        case exceptions.OutOfMemoryError():
            return _Unwell(Health.READ_ONLY, READ_ONLY_REASONS["OOM"])
        case exceptions.ReadOnlyError():
            return _Unwell(Health.READ_ONLY, READ_ONLY_REASONS["READONLY"])
        case exceptions.AuthenticationError():
            why = "it refuses the password"
        case exceptions.InvalidResponse():
            why = "it does not speak Redis' protocol"
        case exceptions.BusyLoadingError():
            why = "it is still loading its data"
        case exceptions.TimeoutError():
            why = NO_ANSWER
        case exceptions.ResponseError():
            code = str(exc).partition(" ")[0]
            if code in READ_ONLY_REASONS:
                return _Unwell(Health.READ_ONLY, READ_ONLY_REASONS[code])
            why = "it refuses the command"
        case exceptions.RedisError() | OSError():
            why = "it cannot be reached"
        case _:
            why = "its answer cannot be read"
    return _Unwell(Health.DOWN, why)


def _ttl(ttl_s: float) -> float:
    # aiocache takes a float as milliseconds and an integer as seconds.
    return max(float(ttl_s), SHORTEST_TTL_S)


def _cache(url: str, namespace: str) -> _Cache:
    """Open nothing yet; `url` has passed the settings' check."""
    parts = urlsplit(url)
    cache = aiocache_redis.RedisCache(
        endpoint=parts.hostname,
        port=parts.port or 6379,
        db=int(parts.path.strip("/") or 0),
        password=unquote(parts.password) if parts.password else None,
        ssl=parts.scheme == "rediss",
        create_connection_timeout=CLOSE_S,
        serializer=NullSerializer(encoding=None),
        namespace=namespace,
        # The deadline is ours, and covers connecting too.
        timeout=None,
        connection_pool_kwargs={
            "username": unquote(parts.username) if parts.username else None,
            # Its own timeout around writing swallows our cancellation now and then
            # (asyncio.wait_for of Python 3.11), and the deadline with it.
            "socket_timeout": None,
            # No HELLO, no CLIENT SETINFO: a new connection asks what it must.
            "protocol": 2,
            "driver_info": None,
        },
    )
    return cast("_Cache", cache)
