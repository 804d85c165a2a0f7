from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from agent.api import STOPPING
from fakes.proxy import hotel_ari

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

    Client: TypeAlias = TestClient[web.Request, web.Application]


async def ask(agent: Client, **params: str) -> tuple[int, Any]:
    """Ask for availability; return the status and the JSON."""
    answer = await agent.get("/api/v1/availability", params=params)
    return answer.status, await answer.json()


async def test_rooms(agent: Client, proxy: FakeProxy) -> None:
    """Free types come with their number and the stay's price, full ones do not."""
    status, body = await ask(
        agent, checkin="2026-12-05", checkout="2026-12-08", adults="2", children="1"
    )
    assert status == 200
    assert body == {
        "hotel": 1,
        "checkin": "2026-12-05",
        "checkout": "2026-12-08",
        "rooms": [
            {
                "room_type": "general-rooms",
                "name": "General Rooms",
                "available": 5,
                "price": {"amount": 1300.0, "currency": "USD"},
            },
            {
                "room_type": "delux-rooms",
                "name": "Delux Rooms",
                "available": 3,
                "price": {"amount": 1820.0, "currency": "USD"},
            },
        ],
    }
    (search,) = proxy.searches
    assert "<date_to>2026-12-08</date_to>" in search
    assert "<adults>2</adults><children>1</children>" in search


async def test_stale(agent: Client, proxy: FakeProxy) -> None:
    """Only a marked copy is marked, with its age."""
    _, fresh = await ask(agent, checkin="2026-12-05")
    assert not {"potentially_stale", "data_age_s"} & set(fresh)
    proxy.goes_stale(age_s=120)
    status, body = await ask(agent, checkin="2026-12-05")
    assert status == 200
    assert (body["potentially_stale"], body["data_age_s"]) == (True, 120)


@pytest.mark.parametrize("named", ["delux-rooms", "2"])
async def test_one_type(agent: Client, named: str) -> None:
    """A type is chosen by its name for programs or the PMS's id."""
    _, body = await ask(agent, checkin="2026-12-05", room_type=named)
    assert [room["room_type"] for room in body["rooms"]] == ["delux-rooms"]


async def test_known_types(
    start_agent: Callable[..., Awaitable[Client]], proxy: FakeProxy
) -> None:
    """A known word is what a type is called, and asks for all of that word."""
    agent = await start_agent(AGENT_ROOM_TYPES="General Rooms:double")
    proxy.body = hotel_ari(
        ((1, "General Rooms", 9, 1), (2, "Doble lujo", 9, 2), (3, "Igloo", 9, 3))
    )
    _, body = await ask(agent, checkin="2026-12-05")
    types = [room["room_type"] for room in body["rooms"]]
    assert types == ["double", "double", "igloo"]
    for named, available in (("double", [1, 2]), ("doble-lujo", [2]), ("igloo", [3])):
        _, body = await ask(agent, checkin="2026-12-05", room_type=named)
        assert [room["available"] for room in body["rooms"]] == available
    status, body = await ask(agent, checkin="2026-12-05", room_type="suite")
    assert (status, body["detail"].endswith("it has double, igloo.")) == (400, True)


async def test_full_type(agent: Client) -> None:
    """A type of the house that is sold out is an empty list."""
    status, body = await ask(agent, checkin="2026-12-05", room_type="executive-rooms")
    assert (status, body["rooms"]) == (200, [])


@pytest.mark.parametrize("named", ["", "igloo", "Delux Rooms", "\x00"])
async def test_unknown_type(agent: Client, named: str) -> None:
    """A type that the house does not have is answered with those it has."""
    status, body = await ask(agent, checkin="2026-12-05", room_type=named)
    assert (status, body["field"]) == (400, "room_type")
    assert body["detail"].endswith("general-rooms, delux-rooms, executive-rooms.")


@pytest.mark.parametrize(
    ("field", "params"),
    [
        ("checkin", {}),
        ("checkin", {"checkin": "mañana"}),
        ("checkin", {"checkin": "2026-11-24"}),
        ("checkout", {"checkin": "2026-12-05", "checkout": "2026-12-05"}),
        ("adults", {"checkin": "2026-12-05", "adults": "1e3"}),
        ("rooms", {"checkin": "2026-12-05", "rooms": "2"}),
    ],
)
async def test_bad_field(
    agent: Client, proxy: FakeProxy, field: str, params: dict[str, str]
) -> None:
    """A question that cannot be asked is a 400 that names its field."""
    answer = await agent.get("/api/v1/availability", params=params)
    body = await answer.json()
    assert answer.content_type == "application/problem+json"
    assert (answer.status, body["field"]) == (400, field)
    assert body["detail"].endswith(".")
    assert proxy.searches == []


async def test_repeated_field(agent: Client) -> None:
    """A repeated field is a 400."""
    query = "?checkin=2026-12-05&checkin=2026-12-06"
    answer = await agent.get(f"/api/v1/availability{query}")
    assert (await answer.json())["field"] == "checkin"


async def test_past_is_the_hotels(agent: Client, clock: FakeClock) -> None:
    """At 02:00 UTC it is still the day before at the hotel."""
    clock.advance(23 * 3600)  # 23:00 on the 25th there, 02:00 on the 26th in UTC
    assert (await ask(agent, checkin="2026-11-25"))[0] == 200
    clock.advance(3600)
    assert (await ask(agent, checkin="2026-11-25"))[0] == 400


async def test_nothing_to_show(agent: Client, proxy: FakeProxy) -> None:
    """With nothing to show the answer is a 503 that says how the breaker stands."""
    proxy.has_nothing(retry_after_s=17)
    answer = await agent.get("/api/v1/availability?checkin=2026-12-05")
    body = await answer.json()
    assert (answer.status, body["pms_circuit_breaker"]) == (503, "open")
    assert answer.headers["Retry-After"] == "17"
    assert answer.content_type == "application/problem+json"


async def test_unknown_hotel(agent: Client, proxy: FakeProxy) -> None:
    """A hotel that the PMS does not know is a 503, not an empty house."""
    proxy.body = {"hotel_ari": {"id_hotel": "1", "currency": "USD"}}
    status, body = await ask(agent, checkin="2026-12-05")
    assert (status, body["pms_circuit_breaker"]) == (503, "closed")
    assert body["detail"] == "The PMS does not know this hotel (AGENT_HOTEL_ID)."


async def test_no_proxy(
    start_agent: Callable[..., Awaitable[Client]], unused_tcp_port: int
) -> None:
    """Without the proxy the answer is a 503 with an unknown breaker."""
    agent = await start_agent(AGENT_PROXY_URL=f"http://127.0.0.1:{unused_tcp_port}")
    status, body = await ask(agent, checkin="2026-12-05")
    assert (status, body["pms_circuit_breaker"]) == (503, "unknown")
    assert body["detail"] == "The proxy cannot be reached."


async def test_settings_reach_the_proxy(
    start_agent: Callable[..., Awaitable[Client]], proxy: FakeProxy
) -> None:
    """The hotel and the token are those of the settings."""
    agent = await start_agent(AGENT_HOTEL_ID="7", AGENT_PROXY_TOKEN="tok")  # noqa: S106
    proxy.body = hotel_ari()
    _, body = await ask(agent, checkin="2026-12-05")
    assert body["hotel"] == 7
    assert "<id_hotel>7</id_hotel>" in proxy.searches[0]
    assert proxy.search_headers[0]["X-Proxy-Token"] == "tok"


async def test_live(agent: Client, proxy: FakeProxy) -> None:
    """The process lives whatever the proxy says."""
    proxy.ready = 503
    assert (await agent.get("/health/live")).status == 200


async def test_ready(agent: Client, proxy: FakeProxy) -> None:
    """The agent is ready while the proxy is, and says why it is not."""
    assert (await agent.get("/health/ready")).status == 200
    proxy.ready = 503
    answer = await agent.get("/health/ready")
    assert answer.status == 503
    assert "proxy" in (await answer.json())["detail"]


async def test_stopping(agent: Client) -> None:
    """An agent that stops is not ready."""
    agent.app[STOPPING].set()
    answer = await agent.get("/health/ready")
    assert (await answer.json())["detail"] == "The agent is stopping."
