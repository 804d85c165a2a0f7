"""Pure. What the proxy needs to know of a PMS; `qloapps` fills it in for QloApps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from proxy.calendar.calendar import HotelCalendar
    from proxy.calendar.values import Offer, ToldNight, ToldSearch
    from proxy.messages import Answer, Entry, Headers, Reading, Request, Stay, Verdict
    from proxy.problems import Problem


class Pms(Protocol):
    """See `qloapps.adapter.QloApps` for each method's rules."""

    def serves(self, path: str) -> bool:
        """Say whether a path is the PMS's."""
        ...

    def read(self, request: Request) -> Reading:
        """Say what a request means."""
        ...

    def wants_json(self, request: Request) -> bool:
        """Say whether errors go out as JSON."""
        ...

    def anonymous(self, request: Request) -> Request:
        """Return a storable request without its asker's credentials and wishes."""
        ...

    def dress(self, request: Request) -> Request:
        """Give a request the PMS's Host and credentials."""
        ...

    def judge(
        self, answer: Answer, reading: Reading, method: str, wall: datetime
    ) -> Verdict:
        """Say whether an answer is a failure."""
        ...

    def may_store(self, answer: Answer, method: str) -> bool:
        """Say whether a healthy answer may be kept and shared."""
        ...

    def etag(self, answer: Answer) -> str:
        """Return a stored answer's validator, quoted."""
        ...

    def is_own_answer(self, headers: Headers) -> bool:
        """Say whether the PMS itself answered."""
        ...

    def shareable_headers(self, headers: Headers) -> Headers:
        """Return the fields that every client may get."""
        ...

    def may_stream(self, status: int, headers: Headers) -> bool:
        """Say whether an answer too large to judge may be passed on."""
        ...

    def stream_contradicts(self, headers: Headers, sha1: str) -> bool:
        """Say whether a streamed body is not the one announced."""
        ...

    def probe(self, hotel: str | None, wall: datetime) -> tuple[Request, Reading]:
        """Build the probe."""
        ...

    def judge_probe(self, answer: Answer, reading: Reading, wall: datetime) -> Verdict:
        """Say whether a probe succeeded."""
        ...

    def error_codes(self, answer: Answer) -> frozenset[int]:
        """Return the PMS's own codes in an error's body."""
        ...

    def breakdown(self, hotel: str, first: date, nights: int) -> Request:
        """Ask for a hotel night by night."""
        ...

    def search(self, stay: Stay, *, as_json: bool) -> Request:
        """Ask for a stay as a guest would."""
        ...

    def read_nights(self, entry: Entry) -> list[ToldNight] | None:
        """Read a breakdown; None where it is none."""
        ...

    def read_search(self, entry: Entry) -> ToldSearch | None:
        """Read a guest's answer; None where it teaches nothing."""
        ...

    def compose(
        self, stay: Stay, offer: Offer, calendar: HotelCalendar, *, as_json: bool
    ) -> Answer | None:
        """Write an offer as the PMS would; None where a part of it is not known."""
        ...

    @property
    def has_own_key(self) -> bool:
        """Whether the proxy asks with a key of its own."""
        ...

    def scope(self, request: Request) -> str:
        """Name whose idempotency keys a request's is one of."""
        ...

    def open_query(self, request: Request) -> str:
        """Return a request's query without credentials."""
        ...

    def look(self, source: str) -> Request:
        """Ask for the bookings of a source."""
        ...

    def read_look(self, answer: Answer, source: str) -> list[str] | None:
        """Return the ids of the bookings of a source; None where it settles nothing."""
        ...

    def booking(self, id_: str, *, as_json: bool) -> Request:
        """Ask for a booking."""
        ...

    def is_booking(self, answer: Answer) -> bool:
        """Say whether an answer is a whole booking."""
        ...

    def on_behalf_of(self, request: Request, asker: Request | None) -> Request:
        """Give a request of the proxy's the credentials of a client's, if it needs."""
        ...

    def error_body(self, problem: Problem, *, as_json: bool) -> tuple[str, bytes]:
        """Write a problem as the PMS's clients read errors."""
        ...
