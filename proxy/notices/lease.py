"""The right to send one notice for all proxies: a lease that its holder renews."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from proxy.beside import beside
from proxy.errors import BackendDown

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from proxy.fleet.shared import Shared
    from proxy.messages import Clock

# Who is killed with a lease in hand loses it then, and another proxy sends.
LEASE_S = 3.0
RENEW_EVERY_S = 1.0
# Redis knows no shorter life: so a lease is given back, but only while it is ours.
AT_ONCE_S = 0.001


@asynccontextmanager
async def lease(
    shared: Shared, name: str, owner: bytes, clock: Clock
) -> AsyncGenerator[bool]:
    """Hold a lease through the block, or say that another does; without Redis hold."""
    if not await _take(shared, name, owner):
        yield False
        return
    try:
        async with beside(_renew(shared, name, owner, clock)):
            yield True
    finally:
        with suppress(BackendDown):
            await shared.compare_and_set(name, owner, owner, AT_ONCE_S)


async def _take(shared: Shared, name: str, owner: bytes) -> bool:
    try:
        return await shared.add(name, owner, LEASE_S)
    except BackendDown:
        # Nobody can be asked: better told twice than never.
        return True


async def _renew(shared: Shared, name: str, owner: bytes, clock: Clock) -> None:
    while True:
        await clock.sleep(RENEW_EVERY_S)
        with suppress(BackendDown):
            await shared.compare_and_set(name, owner, owner, LEASE_S)
