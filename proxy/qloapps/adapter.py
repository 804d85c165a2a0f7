"""Pure. QloApps as the rest of the proxy sees it: the `Pms` protocol, filled in."""

from __future__ import annotations

import base64
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from proxy import problems
from proxy.headers import first, has, without
from proxy.messages import Answer, Operation, Reading, Request, Verdict
from proxy.qloapps import answers, bodies, bookings, keys, php, probe
from proxy.qloapps import nights as availability
from proxy.qloapps.bookings import Booking, read_booking
from proxy.qloapps.classes import classify, is_overridden, resource_of
from proxy.qloapps.search import read_search

if TYPE_CHECKING:
    from datetime import date, datetime

    from proxy.calendar.calendar import HotelCalendar
    from proxy.calendar.values import Offer, ToldNight, ToldSearch
    from proxy.messages import Entry, Headers, Stay
    from proxy.problems import Problem

API_ROOT = "/api"
CREDENTIAL_FIELDS = frozenset({"authorization"})
# What the answer to a storable request depends on, whoever asks.
MEANING_FIELDS = frozenset({"content-type", "accept-language", *keys.FORMAT_FIELDS})
VERSION_FIELD = "PSWS-Version"
COOKIE_FIELDS = frozenset({"set-cookie"})
_STORABLE = (Operation.AVAILABILITY, Operation.CATALOGUE)


def _basic(key: str) -> str:
    return f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"


class QloApps:
    """
    Reads requests, dresses them for the PMS and judges its answers.

    `host` is the shop's own domain, port included; `key` is the proxy's own, or None
    where clients' credentials pass through.
    """

    def __init__(self, *, host: str, key: str | None) -> None:
        self._host = host
        self._authorization = None if key is None else _basic(key)

    @property
    def has_own_key(self) -> bool:
        """Whether the proxy asks with a key of its own."""
        return self._authorization is not None

    def serves(self, path: str) -> bool:
        """Say whether a path is the webservice's."""
        return path == API_ROOT or path.startswith(f"{API_ROOT}/")

    def read(self, request: Request) -> Reading:
        """Say what a request means."""
        search = read_search(request.body) if request.body else None
        operation = classify(request, search)
        key = None
        if operation in _STORABLE:
            key = keys.cache_key(request, operation, search, shared=self.has_own_key)
        resource = resource_of(request.path)
        reading = Reading(
            operation=operation,
            resource=resource,
            key=key,
            answers_json=keys.JSON in keys.output_formats(request),
            wants_json=self.wants_json(request),
        )
        if operation is Operation.WRITE and resource == bookings.RESOURCE:
            return _of_booking(reading, request)
        if search is None or key is None:
            return reading
        is_plain = set(php.names(request.query.encode())) <= keys.FORMAT_NAMES | {
            keys.KEY_NAME
        }
        return replace(
            reading,
            hotel=search.hotel,
            nights=search.nights,
            # Parameters and languages that we do not know may change the answer.
            stay=search.stay if is_plain and not _has_language(request) else None,
        )

    def wants_json(self, request: Request) -> bool:
        """Say whether errors go out as JSON: by output format, or by Accept."""
        accepts = first(request.headers, "accept").lower()
        return keys.JSON in keys.output_formats(request) or "json" in accepts

    def anonymous(self, request: Request) -> Request:
        """Return a storable request without its asker's credentials and wishes."""
        return Request(
            method=request.method,
            path=request.path,
            query=keys.without_key(request.query),
            headers=tuple(
                (name, value)
                for name, value in request.headers
                if name.lower() in MEANING_FIELDS
            ),
            body=request.body,
        )

    def use_key(self, key: str) -> None:
        """Dress requests with this key from now on; copies are those of any key."""
        self._authorization = _basic(key)

    def dress(self, request: Request) -> Request:
        """Give a request the shop's Host and, where there is one, the proxy's key."""
        headers: Headers = (("Host", self._host), ("Accept-Encoding", "identity"))
        query = request.query
        kept = request.headers
        if self._authorization is not None:
            kept = without(kept, CREDENTIAL_FIELDS)
            query = keys.without_key(query)
            headers += (("Authorization", self._authorization),)
        return Request(
            method=request.method,
            path=request.path,
            query=query,
            headers=headers + kept,
            body=request.body,
            request_id=request.request_id,
        )

    def judge(
        self, answer: Answer, reading: Reading, method: str, wall: datetime
    ) -> Verdict:
        """Say whether an answer to a client's call is a failure."""
        return answers.judge(
            answer,
            operation=reading.operation,
            method=method,
            own_key=self.has_own_key,
            wall=wall,
        )

    def may_store(self, answer: Answer, method: str) -> bool:
        """Say whether a healthy answer may be kept and shared."""
        return answers.may_store(answer, method)

    def etag(self, answer: Answer) -> str:
        """Return a stored answer's validator: its quoted SHA-1."""
        return f'"{answers.sha1(answer.body)}"'

    def is_own_answer(self, headers: Headers) -> bool:
        """Say whether the PMS itself answered, so that its worker is free again."""
        return answers.is_from_pms(headers)

    def shareable_headers(self, headers: Headers) -> Headers:
        """Return the fields of a storable class's answer: nobody's cookie."""
        return without(headers, COOKIE_FIELDS)

    def may_stream(self, status: int, headers: Headers) -> bool:
        """Say whether an answer too large to judge looks like one of the PMS's."""
        is_success = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        return is_success and answers.media_type(headers) != "text/html"

    def stream_contradicts(self, headers: Headers, sha1: str) -> bool:
        """Say whether a body that was streamed through is not the announced one."""
        return answers.contradicts_sha1(headers, sha1)

    def probe(self, hotel: str | None, wall: datetime) -> tuple[Request, Reading]:
        """Build the probe and what it means."""
        request = probe.probe_request(hotel, wall.date(), own_key=self.has_own_key)
        return request, self.read(request)

    def judge_probe(self, answer: Answer, reading: Reading, wall: datetime) -> Verdict:
        """Say whether a probe succeeded."""
        verdict = self.judge(answer, reading, "GET", wall)
        return probe.judge_probe(answer, verdict, own_key=self.has_own_key)

    def error_codes(self, answer: Answer) -> frozenset[int]:
        """Return the webservice's codes in an error's body, such as 20 for a key."""
        return answers.error_codes(answer.body)

    def breakdown(self, hotel: str, first: date, nights: int) -> Request:
        """Ask for a hotel night by night."""
        return availability.breakdown_request(hotel, first, nights)

    def search(self, stay: Stay, *, as_json: bool) -> Request:
        """Ask for a stay as a guest would."""
        return availability.search_request(stay, as_json=as_json)

    def read_nights(self, entry: Entry) -> list[ToldNight] | None:
        """Read a breakdown; None where it is none."""
        return availability.read_nights(entry.body)

    def read_search(self, entry: Entry) -> ToldSearch | None:
        """Read a guest's answer; None where it teaches nothing."""
        told = availability.read_search(entry.body)
        version = first(entry.headers, VERSION_FIELD.lower())
        return None if told is None else replace(told, version=version)

    def compose(
        self, stay: Stay, offer: Offer, calendar: HotelCalendar, *, as_json: bool
    ) -> Answer | None:
        """Write an offer as the PMS would, headers too; None where it cannot."""
        body = availability.compose(stay, offer, calendar, as_json=as_json)
        if body is None:
            return None
        headers = (
            ("Content-Type", answers.JSON_TYPE if as_json else bodies.PMS_XML),
            (VERSION_FIELD, calendar.version),
            ("Content-Sha1", answers.sha1(body)),
        )
        return Answer(status=HTTPStatus.OK, headers=headers, body=body)

    def scope(self, request: Request) -> str:
        """Name whose idempotency keys a request's is one of."""
        if request.caller or self.has_own_key:
            return f"caller {request.caller}"
        return f"credentials {keys.credentials(request)}"

    def open_query(self, request: Request) -> str:
        """Return a request's query without credentials."""
        return keys.without_key(request.query)

    def look(self, source: str) -> Request:
        """Ask for the bookings of a source."""
        return bookings.look_request(source)

    def read_look(self, answer: Answer, source: str) -> list[str] | None:
        """Return the ids of the bookings of a source; None where it settles nothing."""
        return bookings.read_look(answer, source)

    def booking(self, id_: str, *, as_json: bool) -> Request:
        """Ask for a booking."""
        return bookings.booking_request(id_, as_json=as_json)

    def is_booking(self, answer: Answer) -> bool:
        """Say whether an answer is a whole booking with its id."""
        return bookings.is_booking(answer)

    def on_behalf_of(self, request: Request, asker: Request | None) -> Request:
        """Give a request of the proxy's the credentials of a client's, if it needs."""
        if asker is None or self.has_own_key:
            return request
        given = tuple(
            field for field in asker.headers if field[0].lower() in CREDENTIAL_FIELDS
        )
        query = "&".join(filter(None, (request.query, keys.only_key(asker.query))))
        return replace(request, headers=request.headers + given, query=query)

    def error_body(self, problem: Problem, *, as_json: bool) -> tuple[str, bytes]:
        """Write a problem as the PMS's clients read errors: media type and body."""
        return problems.as_json(problem) if as_json else bodies.as_xml(problem)


def _has_language(request: Request) -> bool:
    return has(request.headers, "accept-language")


def _of_booking(reading: Reading, request: Request) -> Reading:
    """Say which hotel a booking is in, and by what a read finds a new one."""
    booking = read_booking(request.body) if request.body else Booking()
    is_new = (
        request.method == "POST"
        and request.path.rstrip("/").endswith(f"/{bookings.RESOURCE}")
        and not is_overridden(request)
    )
    return replace(
        reading,
        is_booking=True,
        hotel=booking.hotel,
        source=booking.source if is_new else None,
        touches=booking.nights if is_new else (),
    )
