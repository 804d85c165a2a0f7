"""What the proxies have in common: named values that live for a while, as in Redis."""

from __future__ import annotations

from typing import Protocol


class Shared(Protocol):
    """`Backend`, as its users see it; every method may raise `BackendDown`."""

    async def get(self, key: str) -> bytes | None:
        """Return a value; None where there is none."""
        ...

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep a value for `ttl_s`."""
        ...

    async def add(self, key: str, value: bytes, ttl_s: float) -> bool:
        """Keep a value where there is none; say whether it was kept."""
        ...

    async def delete(self, key: str) -> None:
        """Forget a value."""
        ...

    async def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        """Replace `expected` (None: nothing) by a value, in one step; say if done."""
        ...


class Scoped:
    """A part of what is shared: each key gets a prefix."""

    def __init__(self, shared: Shared, prefix: str) -> None:
        self._shared = shared
        self._prefix = prefix

    async def get(self, key: str) -> bytes | None:
        """Return a value; None where there is none."""
        return await self._shared.get(self._prefix + key)

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep a value for `ttl_s`."""
        await self._shared.set(self._prefix + key, value, ttl_s)

    async def add(self, key: str, value: bytes, ttl_s: float) -> bool:
        """Keep a value where there is none; say whether it was kept."""
        return await self._shared.add(self._prefix + key, value, ttl_s)

    async def delete(self, key: str) -> None:
        """Forget a value."""
        await self._shared.delete(self._prefix + key)

    async def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        """Replace `expected` (None: nothing) by a value, in one step; say if done."""
        name = self._prefix + key
        return await self._shared.compare_and_set(name, expected, value, ttl_s)
