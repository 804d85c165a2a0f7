"""Facts of the memory store: bounded in bytes, least recently used out first."""

from __future__ import annotations

import tracemalloc

import pytest

from proxy.cache.store import MemoryStore, cost_bytes
from proxy.messages import CacheKey, Entry

HEADERS = (("Content-Type", "text/xml"), ("Content-Sha1", "0" * 40))


def _entry(sent_at: float = 0, body: bytes = b"x" * 100) -> Entry:
    return Entry(status=200, headers=HEADERS, body=body, sent_at=sent_at, etag='"e"')


def _key(number: int) -> CacheKey:
    return CacheKey(f"pms:v1:availability:{number:064}")


COST = cost_bytes(_key(0), _entry())


async def test_what_was_put_is_there() -> None:
    """A copy comes back as it was put; another key has none."""
    store = MemoryStore(10 * COST)
    await store.put(_key(1), _entry())

    assert await store.get(_key(1)) == _entry()
    assert await store.get(_key(2)) is None
    assert store.size() == (1, COST)


async def test_the_least_recently_used_goes_first() -> None:
    """Reading a copy keeps it; the one longest unread makes room."""
    store = MemoryStore(3 * COST)
    for number in (1, 2, 3):
        await store.put(_key(number), _entry())
    await store.get(_key(1))
    await store.put(_key(4), _entry())

    kept = [n for n in (1, 2, 3, 4) if await store.get(_key(n)) is not None]
    assert kept == [1, 3, 4]
    assert store.size() == (3, 3 * COST)


async def test_an_older_answer_does_not_replace_a_younger() -> None:
    """Age counts from the sending, whichever answer comes last."""
    store = MemoryStore(10 * COST)
    await store.put(_key(1), _entry(2))
    await store.put(_key(1), _entry(1, b"old"))

    assert await store.get(_key(1)) == _entry(2)
    assert store.youngest_sent_at() == 2


@pytest.mark.parametrize("size", [0, 99, 101, 5000])
async def test_a_replacement_counts_once(size: int) -> None:
    """The bytes held are those of what is there, not of what was."""
    store = MemoryStore(100 * COST)
    await store.put(_key(1), _entry(1))
    await store.put(_key(1), _entry(2, b"y" * size))

    assert store.size() == (1, cost_bytes(_key(1), _entry(2, b"y" * size)))


async def test_what_is_larger_than_all_is_not_kept() -> None:
    """It pushes nobody out."""
    store = MemoryStore(2 * COST)
    await store.put(_key(1), _entry())
    await store.put(_key(2), _entry(body=b"x" * 2 * COST))

    assert store.size() == (1, COST)


async def test_a_budget_of_nothing_keeps_nothing() -> None:
    """PROXY_CACHE_BYTES=0 switches the store off."""
    store = MemoryStore(0)
    await store.put(_key(1), _entry())

    assert store.size() == (0, 0)
    assert store.youngest_sent_at() is None


async def test_two_hundred_thousand_keys_stay_in_the_budget() -> None:
    """Scenario 45: bytes held and bytes really taken are bounded."""
    budget = 4 * 1024 * 1024
    store = MemoryStore(budget)
    for number in range(200_000):
        await store.put(_key(number), _entry(number))
    entries, held = store.size()

    assert held <= budget
    assert entries == budget // COST
    assert await store.get(_key(199_999)) is not None
    assert await store.get(_key(0)) is None


async def test_the_cost_covers_the_memory_taken() -> None:
    """Scenario 45: small entries take no more memory than they are counted for."""
    store = MemoryStore(2**30)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(3000):
            # As from the wire: no two share a string.
            headers = tuple((f"N{n}-{number}", f"v{n}-{number}" * 3) for n in range(8))
            entry = Entry(
                status=200,
                headers=headers,
                body=b"%0200d" % number,
                sent_at=float(number),
                etag=f'"{number:040}"',
            )
            await store.put(_key(number), entry)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before <= store.size()[1]
