"""The rig that every scenario of SCENARIOS.md is played on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy with its own key and the runbook's numbers."""
    async with a_rig() as started:
        yield started
