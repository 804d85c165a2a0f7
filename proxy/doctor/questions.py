"""Two questions to the PMS: what its answers say of HTTP, Host, key and search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from proxy.doctor.values import Check, Remark, failed, passed, skipped
from proxy.errors import UpstreamBroken, UpstreamError
from proxy.headers import first
from proxy.messages import Answer, Cause, Failed, cause_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from proxy.doctor.values import Finding, Subject
    from proxy.messages import Clock, Verdict
    from proxy.upstream import Upstream

# What is left of the time must suffice for an answer.
LEAST_S = 0.5
MAX_LOCATION = 80
_USERINFO = re.compile("//[^/@]*@")
_HTTP = {
    Cause.DOWN: Remark.HTTP_GARBAGE,
    Cause.NETWORK: Remark.HTTP_BROKEN,
    Cause.TIMEOUT: Remark.HTTP_SILENT,
}
_SEARCH = {
    Cause.CONFIGURATION: Remark.SEARCH_REDIRECTS,
    Cause.CREDENTIALS: Remark.SEARCH_REFUSED,
    Cause.DOWN: Remark.SEARCH_DOWN,
    Cause.NETWORK: Remark.SEARCH_BROKEN,
    Cause.TIMEOUT: Remark.SEARCH_SILENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """
    What a probe brought.

    `verdict` is what a client's call would get, `probe` what a probe must hold;
    `answer` is None where none came.
    """

    answer: Answer | None
    verdict: Verdict
    probe: Verdict
    facts: dict[str, str]


class Questions:
    """
    Asks as the proxy's own probe does, and judges by the same rules; never writes.

    `http` asks, and must come first: `host` and `credentials` read the same answer.
    `learned` tells which hotel guests searched last, `left_s` what is left of the time.
    """

    def __init__(
        self,
        upstream: Upstream,
        subject: Subject,
        clock: Clock,
        *,
        learned: Callable[[], Awaitable[str | None]],
        left_s: Callable[[], float],
    ) -> None:
        self._upstream = upstream
        self._subject = subject
        self._pms = subject.pms
        self._clock = clock
        self._learned = learned
        self._left_s = left_s
        self._first: _Asked
        # By how many seconds the PMS' clock is ahead of ours, if it told.
        self.pms_ahead_s: float | None = None

    async def http(self) -> Finding:
        """Say whether the PMS answers at all, and not with a crash."""
        asked = self._first = await self._ask(None)
        self._read_date(asked.answer)
        # Without a key it must say the one thing that it says to strangers.
        cause = cause_of(asked.verdict if self._pms.has_own_key else asked.probe)
        if cause in (None, Cause.CREDENTIALS, Cause.CONFIGURATION):
            return passed(Check.HTTP, Remark.HTTP_ANSWERED, **asked.facts)
        is_told = cause is Cause.DOWN and asked.answer is not None
        remark = Remark.HTTP_DOWN if is_told else _HTTP[cause]
        return failed(Check.HTTP, remark, cause, **asked.facts)

    async def host(self) -> Finding:
        """Say whether the PMS takes us for a visitor of its own shop."""
        if cause_of(self._first.verdict) is not Cause.CONFIGURATION:
            return passed(Check.HOST, Remark.HOST_RIGHT)
        facts = self._first.facts
        return failed(Check.HOST, Remark.HOST_REDIRECTS, Cause.CONFIGURATION, **facts)

    async def credentials(self) -> Finding:
        """Say whether the PMS takes the proxy's key."""
        check = Check.CREDENTIALS
        if not self._pms.has_own_key:
            return skipped(check, Remark.CREDENTIALS_NONE)
        if cause_of(self._first.verdict) is not Cause.CREDENTIALS:
            return passed(check, Remark.CREDENTIALS_GOOD)
        facts = self._first.facts
        return failed(check, Remark.CREDENTIALS_REFUSED, Cause.CREDENTIALS, **facts)

    async def search(self) -> Finding:
        """Say whether a guest's question would be answered."""
        if not self._pms.has_own_key:
            return skipped(Check.SEARCH, Remark.SEARCH_KEYLESS)
        hotel = self._subject.hotel or await self._learned()
        if hotel is not None and self._left_s() < LEAST_S:
            return skipped(Check.SEARCH, Remark.OUT_OF_TIME)
        # Before a hotel is known the first question was the probe.
        asked = self._first if hotel is None else await self._ask(hotel)
        cause = cause_of(asked.probe)
        if cause is not None:
            return failed(Check.SEARCH, _SEARCH[cause], cause, **asked.facts)
        if hotel is None:
            return passed(Check.SEARCH, Remark.SEARCH_LIST_GOOD)
        return passed(Check.SEARCH, Remark.SEARCH_GOOD, hotel=hotel)

    async def _ask(self, hotel: str | None) -> _Asked:
        deadline_s = min(self._subject.timeout_s, self._left_s())
        request, reading = self._pms.probe(hotel, self._clock.wall())
        facts = {"seconds": f"{deadline_s:.0f}", "status": "-", "codes": "-", "to": "-"}
        try:
            got = await self._upstream.fetch(
                self._pms.dress(request), deadline_s=deadline_s, fresh_connection=True
            )
            if not isinstance(got, Answer):
                got.close()
                raise UpstreamBroken("no probe asks for that much")
        except UpstreamError as exc:
            lost = Failed(cause=exc.cause)
            return _Asked(answer=None, verdict=lost, probe=lost, facts=facts)
        wall = self._clock.wall()
        codes = ", ".join(map(str, sorted(self._pms.error_codes(got))))
        told = {"status": str(got.status), "codes": codes or "-", "to": _place(got)}
        return _Asked(
            answer=got,
            verdict=self._pms.judge(got, reading, request.method, wall),
            probe=self._pms.judge_probe(got, reading, wall),
            facts={**facts, **told},
        )

    def _read_date(self, answer: Answer | None) -> None:
        if answer is None:
            return
        try:
            date = parsedate_to_datetime(first(answer.headers, "date"))
        except (ValueError, OverflowError):
            return
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        self.pms_ahead_s = (date - self._clock.wall()).total_seconds()


def _place(answer: Answer) -> str:
    """Return where an answer redirects to: neither its query nor a password in it."""
    place = first(answer.headers, "location").partition("?")[0]
    return _USERINFO.sub("//", place)[:MAX_LOCATION] or "-"
