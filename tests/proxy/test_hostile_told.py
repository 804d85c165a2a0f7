"""What is no request is counted and told, without a word of the client's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.front import request

if TYPE_CHECKING:
    from fakes.front import Front


async def test_a_refused_target_is_counted_and_told_with_measure(
    front: Front,
) -> None:
    """A flood of them is one line a second, without a word of the client's."""
    for _ in range(3):
        await front.once(request(b"/api/../secret"))
    await front.refuses(b"BAD\r\n\r\n")
    front.rig.clock.advance(1)
    await front.once(request(b"/api/../secret"))

    told = [line for line in front.lines if line["event"] == "request.turned_away"]
    assert [line["count"] for line in told] == [1, 4]
    assert "secret" not in str(told)
    labels = {"operation": "other", "cache": "none"}
    count = await front.rig.metric("pms_requests_total", status="400", **labels)
    assert count == 5
