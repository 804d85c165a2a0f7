"""Who may call: one token a tool, checked before anything else (CONTRACT §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.raw_client import once
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN, OTHER = "s3cret-of-the-agent", "s3cret-of-the-desk"


@pytest.fixture
async def guarded() -> AsyncIterator[Rig]:
    """Give a rig that two tools may call."""
    async with a_rig({"PROXY_CLIENT_TOKENS": f"agent:{TOKEN},desk:{OTHER}"}) as rig:
        yield rig


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("wrong", id="wrong"),
        pytest.param(TOKEN[:-1], id="cut short"),
        pytest.param(TOKEN.upper(), id="another case"),
        pytest.param(f"agent:{TOKEN}", id="with the name"),
        pytest.param(f"{TOKEN},{OTHER}", id="both at once"),
    ],
)
async def test_a_stranger_is_refused(guarded: Rig, token: str | None) -> None:
    """Without a right token it is 401, and neither PMS nor copy is touched."""
    await guarded.get("/api/hotels", X_Proxy_Token=TOKEN)
    headers = {} if token is None else {"X_Proxy_Token": token}

    got = await guarded.get("/api/hotels", **headers)

    assert got.status == 401
    assert b"X-Proxy-Token" in got.body
    assert TOKEN.encode() not in got.body
    assert len(guarded.pms.calls) == 1


async def test_a_token_that_is_no_text_is_refused(guarded: Rig) -> None:
    """Bytes that are not UTF-8 are a wrong token, not a crash."""
    got = await once(
        guarded.url,
        b"GET /api/hotels HTTP/1.1\r\nHost: x\r\nX-Proxy-Token: \xff\xfe\r\n\r\n",
    )

    assert got.status == 401


@pytest.mark.parametrize("token", [TOKEN, OTHER])
async def test_each_tool_passes_with_its_own_token(guarded: Rig, token: str) -> None:
    """The right token passes, and the PMS never sees it."""
    got = await guarded.search(X_Proxy_Token=token)
    booked = await guarded.book(X_Proxy_Token=token)

    assert (got.status, booked.status) == (200, 200)
    for call in guarded.pms.calls:
        assert token not in str(call.headers)
        assert "X-Proxy-Token" not in call.headers


async def test_a_stranger_learns_nothing_of_the_breaker_window(guarded: Rig) -> None:
    """Refusing a stranger is no failure of the PMS, and no body of his is read."""
    for _ in range(10):
        assert (await guarded.book()).status == 401

    assert (await guarded.breaker())["failures_in_window"] == 0
    assert guarded.pms.calls == []


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
async def test_the_proxys_own_paths_need_no_token(guarded: Rig, path: str) -> None:
    """Health checks and scrapes carry no tool's token."""
    assert (await guarded.get(path)).status == 200


async def test_without_tokens_everybody_is_let_in(rig: Rig) -> None:
    """Where none are set, a token sent is ignored and stays here."""
    got = await rig.get("/api/hotels", X_Proxy_Token=OTHER)

    assert got.status == 200
    assert "X-Proxy-Token" not in rig.pms.calls[-1].headers
