"""What tests of single parts of the proxy share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.front import Front, a_front

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    """Give a proxy before an upstream that keeps every byte."""
    async with a_front() as started:
        yield started
