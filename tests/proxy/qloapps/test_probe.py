"""The proxy's own question, and what counts as its success (CONTRACT §2)."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fakes import recorded
from proxy.headers import first
from proxy.messages import Answer, Cause, Failed, Healthy, Operation
from proxy.qloapps.adapter import QloApps
from proxy.qloapps.probe import probe_request
from proxy.qloapps.search import read_search

WALL = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
KEY = "K3Y" + "Z" * 29
OWN = QloApps(host="hotel.example", key=KEY)
NONE = QloApps(host="hotel.example", key=None)
REAL_401 = recorded.answer("03-")


def _verdict(pms: QloApps, answer: Answer, hotel: str | None = "1") -> object:
    _, reading = pms.probe(hotel, WALL)
    return pms.judge_probe(answer, reading, WALL)


def test_it_searches_one_night_of_the_hotel_last_searched() -> None:
    """A broken search must not look healthy because a list answers."""
    request = probe_request("17", date(2026, 12, 31), own_key=True)

    assert (request.method, request.path) == ("POST", "/api/hotel_ari")
    assert b"<date_from>2027-01-01</date_from>" in request.body
    assert b"<date_to>2027-01-02</date_to>" in request.body
    search = read_search(request.body)
    assert search is not None
    assert search.hotel == "17"
    assert search.available_only


def test_before_a_search_it_asks_for_one_hotel() -> None:
    """Without a known hotel the probe is the shortest list."""
    request = probe_request(None, date(2026, 12, 31), own_key=True)

    assert (request.method, request.target) == ("GET", "/api/hotels?limit=1")


@pytest.mark.parametrize("hotel", [None, "1"])
def test_without_an_own_key_it_asks_without_credentials(hotel: str | None) -> None:
    """No client's credentials are ever kept, so the probe has none."""
    request, _ = NONE.probe(hotel, WALL)
    dressed = NONE.dress(request)

    assert (dressed.method, dressed.target) == ("GET", "/api/")
    assert first(dressed.headers, "authorization") == ""
    assert first(dressed.headers, "host") == "hotel.example"


def test_with_an_own_key_it_carries_it() -> None:
    """The probe is dressed as every call: the shop's Host and the proxy's key."""
    request, reading = OWN.probe("1", WALL)
    dressed = OWN.dress(request)

    basic = base64.b64encode(f"{KEY}:".encode()).decode()
    assert first(dressed.headers, "authorization") == f"Basic {basic}"
    assert first(dressed.headers, "host") == "hotel.example"
    assert reading.operation is Operation.AVAILABILITY


@pytest.mark.parametrize("name", ["24-", "50-", "153-", "34-"])
def test_a_whole_200_is_its_success(name: str) -> None:
    """Version, type, SHA-1 and a body that parses: the PMS is well."""
    assert _verdict(OWN, recorded.answer(name)) == Healthy()


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        pytest.param(recorded.answer("11-"), Cause.CREDENTIALS, id="401-permission"),
        pytest.param(recorded.answer("202b-"), Cause.CREDENTIALS, id="401-key-deleted"),
        pytest.param(REAL_401, Cause.CREDENTIALS, id="401-plain-text"),
        pytest.param(recorded.answer("202-"), Cause.CREDENTIALS, id="403-other-shop"),
        pytest.param(recorded.answer("168-"), Cause.CONFIGURATION, id="302"),
        pytest.param(recorded.answer("33-"), Cause.DOWN, id="400"),
        pytest.param(recorded.answer("68-"), Cause.DOWN, id="404"),
        pytest.param(recorded.answer("207-"), Cause.DOWN, id="500-page"),
        pytest.param(recorded.answer("203b-"), Cause.DOWN, id="500-table-missing"),
        pytest.param(recorded.answer("148-"), Cause.DOWN, id="500-unparseable"),
        pytest.param(recorded.answer("204b-"), Cause.DOWN, id="500-empty"),
        pytest.param(recorded.answer("208-"), Cause.DOWN, id="502"),
        pytest.param(recorded.answer("200-"), Cause.DOWN, id="503-switched-off"),
        pytest.param(recorded.answer("173-"), Cause.DOWN, id="200-notices"),
        pytest.param(recorded.answer("167-"), Cause.DOWN, id="200-html"),
        pytest.param(recorded.answer("122h-"), Cause.DOWN, id="200-fatal-error"),
        pytest.param(recorded.answer("138-"), Cause.DOWN, id="200-empty"),
        pytest.param(
            replace(recorded.answer("140-"), status=201), Cause.DOWN, id="201"
        ),
    ],
)
def test_anything_else_fails(answer: Answer, cause: Cause) -> None:
    """A probe with the own key fails on every other answer, a permission 401 too."""
    verdict = _verdict(OWN, answer)

    assert isinstance(verdict, Failed)
    assert verdict.cause is cause


@pytest.mark.parametrize("field", ["psws-version", "content-sha1"])
def test_a_200_without_its_marks_fails(field: str) -> None:
    """A parseable 200 that does not prove whose it is is no success."""
    real = recorded.answer("24-")
    headers = tuple(pair for pair in real.headers if pair[0].lower() != field)

    assert _verdict(OWN, replace(real, headers=headers)) == Failed(cause=Cause.DOWN)


def test_a_failed_probe_keeps_its_retry_after() -> None:
    """A 503 with Retry-After lengthens the wait also where the probe got it."""
    answer = Answer(status=503, headers=(("Retry-After", "90"),), body=b"")

    assert _verdict(OWN, answer) == Failed(cause=Cause.DOWN, retry_after_s=90)


def test_without_an_own_key_the_plain_401_is_its_success() -> None:
    """PHP answered: the PMS lives, though it wants a key."""
    assert _verdict(NONE, REAL_401) == Healthy()


@pytest.mark.parametrize("name", ["207e-", "208-", "04-", "24-", "168-", "200-", "68-"])
def test_without_an_own_key_nothing_else_is(name: str) -> None:
    """The database's page comes without any key too, and is no success."""
    assert isinstance(_verdict(NONE, recorded.answer(name)), Failed)
