"""Pure. `POST /api/hotel_ari`: a pure read, whatever its method says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.answers import Answer, Refusal, json_document, xml_document
from demo.ari_json import json_period
from demo.ari_xml import xml_period
from demo.periods import find_periods
from demo.searches import read_search

if TYPE_CHECKING:
    from demo.answers import Format
    from demo.hotel import House


def answer_search(
    house: House, body: bytes, form: Format, api: str
) -> Answer | Refusal:
    """Answer a search; `api` is the base of all hrefs."""
    search = read_search(body)
    if isinstance(search, Refusal):
        return search
    periods = find_periods(house, search)
    if form == "json":
        found = [json_period(search, period, house.currency) for period in periods]
        return json_document(
            {"hotel_aris": found} if search.is_broken_down else {"hotel_ari": found[0]}
        )
    xml = "".join(xml_period(search, p, house.currency, api) for p in periods)
    if search.is_broken_down:
        xml = f"<hotel_aris>\n{xml}</hotel_aris>\n"
    return xml_document(xml)
