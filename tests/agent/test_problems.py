from __future__ import annotations

import io
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.test_utils import TestClient

    Client: TypeAlias = TestClient[web.Request, web.Application]


@pytest.mark.parametrize("path", ["/", "/api/v1/nothing", "/webhooks/", "/%00", "/ñ"])
async def test_unknown_path(agent: Client, path: str) -> None:
    """A path that is not there is a 404 problem document."""
    answer = await agent.get(path)
    assert answer.status == 404
    assert answer.content_type == "application/problem+json"
    assert (await answer.json())["detail"] == "There is nothing at this path."


async def test_wrong_method(agent: Client) -> None:
    """A method that a path does not take is a 405 that says which it takes."""
    answer = await agent.delete("/api/v1/availability")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert (await answer.json())["detail"] == "This path takes GET, HEAD only."


async def test_large_body(agent: Client) -> None:
    """A body over the limit is a 413 problem document."""
    answer = await agent.post(
        "/webhooks/whatsapp", data=io.BytesIO(b"x" * (1024 * 1024 + 1))
    )
    assert answer.status == 413
    assert (await answer.json())["detail"] == "The body is over 1048576 bytes."


async def test_broken_compression(agent: Client) -> None:
    """A body that is not the gzip it says it is, is the sender's fault."""
    answer = await agent.post(
        "/webhooks/whatsapp", data=b"no", headers={"Content-Encoding": "gzip"}
    )
    assert answer.status == 400
