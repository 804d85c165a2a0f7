"""Pure. The question that tells whether QloApps is well (CONTRACT §2)."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus

from proxy.messages import Answer, Cause, Failed, Healthy, Request, Verdict
from proxy.qloapps import answers

SEARCH_BODY = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    "<qloapps><hotel_ari><id_hotel>{hotel}</id_hotel>"
    "<date_from>{checkin}</date_from><date_to>{checkout}</date_to>"
    "</hotel_ari></qloapps>"
)


def probe_request(hotel: str | None, today: date, *, own_key: bool) -> Request:
    """
    Build the probe: a one-night search of the hotel last searched, where there is one.

    A broken search must not look healthy because a list answers. Without an own key
    it asks without credentials: no client's are ever kept.
    """
    if not own_key:
        return Request(method="GET", path="/api/")
    if hotel is None:
        return Request(method="GET", path="/api/hotels", query="limit=1")
    body = SEARCH_BODY.format(
        hotel=hotel,
        checkin=today + timedelta(days=1),
        checkout=today + timedelta(days=2),
    )
    return Request(
        method="POST",
        path="/api/hotel_ari",
        headers=(("Content-Type", "text/xml"),),
        body=body.encode(),
    )


def judge_probe(answer: Answer, verdict: Verdict, *, own_key: bool) -> Verdict:
    """
    Say whether a probe succeeded; `verdict` is what a client's call would get.

    Only a whole 200 of the webservice counts, or, without an own key, its plain-text
    401. Any other answer fails, a missing permission too.
    """
    if not own_key:
        is_refusal = (
            answer.status == HTTPStatus.UNAUTHORIZED
            and answer.body.strip() == b"401 Unauthorized"
        )
        if is_refusal:
            return Healthy()
    elif (
        isinstance(verdict, Healthy)
        and answers.is_whole(answer)
        and answers.parses(answers.media_type(answer.headers), answer.body)
    ):
        return Healthy()
    if isinstance(verdict, Failed):
        return verdict
    refused = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    is_refused = own_key and answer.status in refused
    return Failed(cause=Cause.CREDENTIALS if is_refused else Cause.DOWN)
