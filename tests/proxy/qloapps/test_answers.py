"""What is a failure of QloApps and what is not (CONTRACT §2, API.md §5)."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import recorded
from proxy.messages import Answer, Cause, Doubtful, Failed, Healthy, Operation, Verdict
from proxy.qloapps import answers

if TYPE_CHECKING:
    from proxy.messages import Headers

WALL = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
AVAILABILITY, CATALOGUE, PRIVATE, WRITE = Operation
HEALTHY, DOUBTFUL = Healthy(), Doubtful()
DOWN = Failed(cause=Cause.DOWN)
CREDENTIALS = Failed(cause=Cause.CREDENTIALS, surely_not_written=True)
CONFIGURATION = Failed(cause=Cause.CONFIGURATION, surely_not_written=True)
SWITCHED_OFF = Failed(cause=Cause.DOWN, surely_not_written=True)
XML_BODY = b"<qloapps>\n</qloapps>\n"
REAL: Headers = (
    ("Content-Type", "text/xml;charset=utf-8"),
    ("PSWS-Version", "1.6.1.23"),
    ("Content-Sha1", hashlib.sha1(XML_BODY, usedforsecurity=False).hexdigest()),
)
WHOLE = Answer(status=200, headers=REAL, body=XML_BODY)


def _judge(
    answer: Answer,
    operation: Operation = CATALOGUE,
    *,
    method: str = "GET",
    own_key: bool = True,
) -> Verdict:
    return answers.judge(
        answer, operation=operation, method=method, own_key=own_key, wall=WALL
    )


def _answer(
    status: int, body: bytes = b"", *, kind: str = "", **headers: str
) -> Answer:
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if kind:
        fields.append(("Content-Type", kind))
    return Answer(status=status, headers=tuple(fields), body=body)


def _errors(status: int, *codes: int, as_json: bool = False) -> Answer:
    if as_json:
        listed = ",".join(f'{{"code":{code},"message":"no"}}' for code in codes)
        body, kind = f'{{"errors":[{listed}]}}', "application/json"
    else:
        listed = "".join(
            f"<error><code><![CDATA[{code}]]></code></error>" for code in codes
        )
        body, kind = f"<qloapps><errors>{listed}</errors></qloapps>", "text/xml"
    return _answer(status, body.encode(), kind=kind, PSWS_Version="1.6.1.23")


@pytest.mark.parametrize(
    ("name", "operation", "verdict"),
    [
        pytest.param("207-", CATALOGUE, DOWN, id="database-stopped"),
        pytest.param("207b-", AVAILABILITY, DOWN, id="database-stopped-search"),
        pytest.param("207d-", WRITE, DOWN, id="database-stopped-booking"),
        pytest.param("205-", CATALOGUE, DOWN, id="database-access-denied"),
        pytest.param("206-", CATALOGUE, DOWN, id="too-many-connections"),
        pytest.param("203-", CATALOGUE, DOWN, id="table-missing"),
        pytest.param("203b-", AVAILABILITY, DOWN, id="table-missing-in-search"),
        pytest.param("204-", CATALOGUE, DOWN, id="php-fatal-read"),
        pytest.param("204b-", AVAILABILITY, DOWN, id="php-fatal-search"),
        pytest.param("208-", CATALOGUE, DOWN, id="fpm-down"),
        pytest.param("211-", AVAILABILITY, DOWN, id="nginx-gave-up"),
        pytest.param("200-", CATALOGUE, SWITCHED_OFF, id="switched-off"),
        pytest.param("200b-", AVAILABILITY, SWITCHED_OFF, id="switched-off-search"),
        pytest.param("200c-", CATALOGUE, SWITCHED_OFF, id="switched-off-json"),
        pytest.param("172-", CATALOGUE, DOWN, id="debug-notices"),
        pytest.param("173-", AVAILABILITY, DOWN, id="debug-notices-search"),
        pytest.param("174-", WRITE, DOWN, id="debug-fatal-booking"),
        pytest.param("167-", CATALOGUE, DOWN, id="html-page-with-200"),
        pytest.param("168-", CATALOGUE, CONFIGURATION, id="wrong-host"),
        pytest.param("86-", CATALOGUE, CONFIGURATION, id="unknown-shop"),
        pytest.param("168-", WRITE, CONFIGURATION, id="wrong-host-write"),
        pytest.param("03-", CATALOGUE, CREDENTIALS, id="plain-text-401"),
        pytest.param("04-", CATALOGUE, CREDENTIALS, id="unknown-key"),
        pytest.param("05-", CATALOGUE, CREDENTIALS, id="disabled-key"),
        pytest.param("06-", CATALOGUE, CREDENTIALS, id="key-without-permission"),
        pytest.param("07-", CATALOGUE, CREDENTIALS, id="short-key"),
        pytest.param("08-", CATALOGUE, CREDENTIALS, id="empty-key"),
        pytest.param("12-", CATALOGUE, CREDENTIALS, id="unknown-key-json"),
        pytest.param("202-", CATALOGUE, CREDENTIALS, id="key-of-another-shop"),
        pytest.param("202b-", CATALOGUE, CREDENTIALS, id="deleted-key"),
        pytest.param("202b-", WRITE, CREDENTIALS, id="deleted-key-write"),
        pytest.param("11-", PRIVATE, HEALTHY, id="resource-not-permitted"),
        pytest.param("10-", WRITE, HEALTHY, id="method-not-permitted"),
        pytest.param("67-", PRIVATE, HEALTHY, id="unknown-resource"),
        pytest.param("68-", CATALOGUE, HEALTHY, id="unknown-id"),
        pytest.param("69-", CATALOGUE, HEALTHY, id="unknown-id-json"),
        pytest.param("77-", CATALOGUE, HEALTHY, id="unknown-id-head"),
        pytest.param("33-", AVAILABILITY, HEALTHY, id="bad-dates"),
        pytest.param("35-", PRIVATE, HEALTHY, id="malformed-search"),
        pytest.param("63-", CATALOGUE, HEALTHY, id="bad-filter"),
        pytest.param("119-", WRITE, HEALTHY, id="booking-refused"),
        pytest.param("148-", WRITE, HEALTHY, id="malformed-customer"),
        pytest.param("149-", WRITE, HEALTHY, id="empty-customer"),
        pytest.param("120-", WRITE, DOUBTFUL, id="malformed-booking"),
        pytest.param("121-", WRITE, DOUBTFUL, id="empty-booking"),
        pytest.param("122f-", WRITE, DOUBTFUL, id="booking-with-a-bad-name"),
        pytest.param("122h-", WRITE, DOUBTFUL, id="booking-with-a-bad-e-mail"),
        pytest.param("122h-", CATALOGUE, DOWN, id="fatal-error-on-a-read"),
        pytest.param("24-", AVAILABILITY, HEALTHY, id="search"),
        pytest.param("25-", AVAILABILITY, HEALTHY, id="search-json"),
        pytest.param("34-", AVAILABILITY, HEALTHY, id="unknown-hotel"),
        pytest.param("153-", AVAILABILITY, HEALTHY, id="sold-out"),
        pytest.param("50-", CATALOGUE, HEALTHY, id="hotels"),
        pytest.param("56-", CATALOGUE, HEALTHY, id="hotels-json"),
        pytest.param("74b-", CATALOGUE, HEALTHY, id="empty-list-json"),
        pytest.param("101-", WRITE, HEALTHY, id="booking"),
        pytest.param("114-", WRITE, HEALTHY, id="booking-json"),
        pytest.param("140-", WRITE, HEALTHY, id="customer-201"),
        pytest.param("138-", WRITE, HEALTHY, id="deleted-200-empty"),
        pytest.param("201-", CATALOGUE, HEALTHY, id="maintenance-mode"),
    ],
)
def test_a_recorded_answer_is_judged_as_the_contract_says(
    name: str, operation: Operation, verdict: Verdict
) -> None:
    """What QloApps really answered is, or is not, a failure, with its cause."""
    assert _judge(recorded.answer(name), operation) == verdict


@pytest.mark.parametrize(
    "name", ["03-", "04-", "05-", "06-", "07-", "08-", "12-", "202-", "202b-"]
)
def test_a_clients_own_bad_key_is_no_failure(name: str) -> None:
    """Scenario 18: where clients' credentials pass through they open nothing."""
    assert _judge(recorded.answer(name), own_key=False) == HEALTHY


@pytest.mark.parametrize(
    ("status", "codes", "verdict"),
    [
        (401, (17,), CREDENTIALS),
        (401, (18,), CREDENTIALS),
        (401, (20,), CREDENTIALS),
        (401, (21,), CREDENTIALS),
        (401, (20, 21), CREDENTIALS),
        (401, (26,), HEALTHY),
        (401, (19,), HEALTHY),
        (403, (132,), CREDENTIALS),
        (403, (20,), HEALTHY),
        (403, (26,), HEALTHY),
        (405, (25,), HEALTHY),
        (400, (20,), HEALTHY),
        (404, (132,), HEALTHY),
        (503, (22,), SWITCHED_OFF),
        (503, (23,), DOWN),
        (500, (22,), DOWN),
        (500, (127,), DOWN),
        (502, (127,), DOWN),
    ],
)
@pytest.mark.parametrize("as_json", [False, True], ids=["xml", "json"])
def test_codes_decide_where_the_status_does_not(
    status: int, codes: tuple[int, ...], verdict: Verdict, *, as_json: bool
) -> None:
    """Only 17, 18, 20, 21 with 401 and 132 with 403 blame the key; 22 is a switch."""
    assert _judge(_errors(status, *codes, as_json=as_json)) == verdict


@pytest.mark.parametrize("status", [*range(400, 429), 430, 431, 451, 499])
@pytest.mark.parametrize("operation", Operation)
def test_any_other_4xx_proves_that_the_pms_lives(
    status: int, operation: Operation
) -> None:
    """Scenario 17: a 4xx is the client's affair, whatever its body."""
    if status != 401:
        assert (
            _judge(_answer(status, b"<html>", kind="text/html"), operation) == HEALTHY
        )
    assert _judge(_errors(status, 85), operation) == HEALTHY


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
def test_a_redirect_is_a_wrong_configuration(status: int) -> None:
    """Scenario 48: the webservice never redirects by itself."""
    assert _judge(_answer(status, Location="/")) == CONFIGURATION


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 520, 599])
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"{}", XML_BODY])
def test_a_server_error_on_a_read_is_a_failure(status: int, body: bytes) -> None:
    """Every 5xx counts, with any body."""
    assert _judge(_answer(status, body, kind="text/html")) == DOWN


@pytest.mark.parametrize(
    ("body", "verdict"),
    [(b"", DOUBTFUL), (b"\n", DOWN), (b"<html>", DOWN), (XML_BODY, DOWN)],
)
def test_only_an_empty_500_to_a_write_is_in_doubt(
    body: bytes, verdict: Verdict
) -> None:
    """A bad name makes PHP die without a word; a page with words is a failure."""
    assert _judge(_answer(500, body, kind="text/html"), WRITE) == verdict
    assert _judge(_answer(502, body, kind="text/html"), WRITE) == DOWN


def _unparsed(
    echo: bytes, *, says: bytes = b"String could not be parsed as XML"
) -> Answer:
    body = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<qloapps xmlns:xlink="http://www.w3.org/1999/xlink">\n<errors>\n<error>\n'
        b"<code><![CDATA[127]]></code>\n<message><![CDATA[XML error : " + says + b"\n"
        b"XML length : 19\nOriginal XML : " + echo + b"]]></message>\n</error>\n"
        b"</errors>\n</qloapps>\n"
    )
    return _answer(500, body, kind="text/xml;charset=utf-8", PSWS_Version="1.6.1.23")


@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(b"<qloapps><customer>", id="cut-short"),
        pytest.param(b"<a><![CDATA[x]]><b>", id="cdata-that-ends-the-message"),
        pytest.param(b"\xff\xfe<a>", id="not-utf-8"),
        pytest.param(b"<a>\x00\x07", id="control-characters"),
        pytest.param(b"&nbsp;", id="entity"),
    ],
)
def test_the_clients_broken_xml_is_no_failure(echo: bytes) -> None:
    """The PMS repeats the client's body unescaped, which may break its own XML."""
    assert _judge(_unparsed(echo), WRITE) == HEALTHY


def test_the_clients_broken_xml_is_no_failure_in_json_either() -> None:
    """The same sentence in a JSON error is recognised."""
    body = (
        b'{"errors":[{"code":127,"message":"XML error : String could not be parsed '
        b'as XML\\nXML length : 19\\nOriginal XML : <a>"}]}'
    )
    assert _judge(_answer(500, body, kind="application/json"), WRITE) == HEALTHY


@pytest.mark.parametrize(
    "echo",
    [
        b"<a><!-- could not be parsed --></a>",
        b"]]></message></error><error><code>127</code><message>could not be parsed",
    ],
)
def test_a_client_cannot_talk_a_failure_away(echo: bytes) -> None:
    """A missing table stays one though the request repeats the harmless sentence."""
    sql = b"SQLSTATE[42S02]: Base table or view not found: 1146"

    assert _judge(_unparsed(echo, says=sql), AVAILABILITY) == DOWN
    in_json = (
        b'{"errors":[{"code":127,"message":"XML error : SQLSTATE[42S02]\\n'
        b'could not be parsed"}]}'
    )
    assert _judge(_answer(500, in_json, kind="application/json")) == DOWN


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(WHOLE, HEALTHY, id="whole"),
        pytest.param(
            _answer(200, XML_BODY, kind="text/xml"), HEALTHY, id="no-sha1-to-contradict"
        ),
        pytest.param(replace(WHOLE, body=XML_BODY[:-1]), DOWN, id="49-another-sha1"),
        pytest.param(replace(WHOLE, body=b"<br />" + XML_BODY), DOWN, id="49-notices"),
        pytest.param(
            _answer(200, b"<qloapps>", kind="text/xml"), DOWN, id="cut-short-xml"
        ),
        pytest.param(
            _answer(200, b'{"a":', kind="application/json"), DOWN, id="32-invalid-json"
        ),
        pytest.param(_answer(200, b"[]", kind="application/json"), HEALTHY, id="json"),
        pytest.param(
            _answer(200, b"<p>", kind="text/html; charset=utf-8"), DOWN, id="html"
        ),
        pytest.param(
            _answer(200, b"Fatal error", kind="text/html"), DOWN, id="49-fatal"
        ),
        pytest.param(_answer(200, b"text"), DOWN, id="no-type"),
        pytest.param(_answer(200), DOWN, id="empty-from-nobody"),
        pytest.param(_answer(200, kind="text/html"), DOWN, id="empty-html"),
        pytest.param(_answer(200, PSWS_Version="1"), HEALTHY, id="empty-from-the-pms"),
        pytest.param(_answer(204), HEALTHY, id="204"),
        pytest.param(
            _answer(200, b"\xff\xd8", kind="image/jpeg"), HEALTHY, id="an-image"
        ),
        pytest.param(
            _answer(
                200,
                b'<!DOCTYPE q [<!ENTITY a "b">]><q>&a;</q>',
                kind="text/xml",
            ),
            DOWN,
            id="dtd",
        ),
        pytest.param(
            _answer(
                200, gzip.compress(XML_BODY), kind="text/xml", Content_Encoding="gzip"
            ),
            HEALTHY,
            id="gzip-that-nobody-asked-for",
        ),
        pytest.param(
            _answer(
                200,
                gzip.compress(XML_BODY)[:-4],
                kind="text/xml",
                Content_Encoding="gzip",
            ),
            DOWN,
            id="32-truncated-gzip",
        ),
        pytest.param(
            _answer(200, XML_BODY, kind="text/xml", Content_Encoding="br"),
            DOWN,
            id="unknown-coding",
        ),
    ],
)
def test_a_200_must_be_what_it_says(answer: Answer, verdict: Verdict) -> None:
    """A 200 on a read is healthy if its body parses and is the announced one."""
    assert _judge(answer) == verdict


def test_a_heads_hash_is_its_gets() -> None:
    """A HEAD has no body to compare with Content-Sha1; HTML betrays a crash."""
    head = recorded.answer("75-")

    assert _judge(head, method="HEAD") == HEALTHY
    assert _judge(_answer(200, kind="text/html"), method="HEAD") == DOWN
    assert _judge(recorded.answer("207g-"), method="HEAD") == DOWN


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        pytest.param("0", 0, id="zero"),
        pytest.param("120", 120, id="seconds"),
        pytest.param(" 7 ", 7, id="spaces"),
        pytest.param("000000000000120", 120, id="leading-zeros"),
        pytest.param("9" * 5000, 999_999_999, id="huge"),
        pytest.param(
            format_datetime(WALL + timedelta(seconds=90), usegmt=True), 90, id="date"
        ),
        pytest.param("Wed, 25 Nov 2026 00:01:00 -0300", 60, id="date-of-another-zone"),
        pytest.param("Wed, 25 Nov 2026 03:00:10 -0000", 10, id="date-without-zone"),
        pytest.param("Wednesday, 25-Nov-26 03:00:20 GMT", 20, id="rfc-850-date"),
        pytest.param("Wed, 25 Nov 2026 02:59:59 GMT", None, id="past-date"),
        pytest.param("Wed, 25 Nov 2026 03:00:00 GMT", None, id="date-now"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 251_606_725_199, id="far-date"),
        pytest.param("", None, id="empty"),
        pytest.param("-5", None, id="negative"),
        pytest.param("+5", None, id="signed"),
        pytest.param("1.5", None, id="fraction"),
        pytest.param("1e3", None, id="exponent"),
        pytest.param("soon", None, id="garbage"),
        pytest.param("nan", None, id="nan"),
        pytest.param("inf", None, id="inf"),
        pytest.param("\u0661\u0662", None, id="arabic-digits"),
        pytest.param("2026-11-25T03:02:00Z", None, id="iso-date"),
        pytest.param("Wed, 32 Nov 2026 03:00:00 GMT", None, id="no-such-day"),
        pytest.param("Wed, 25 Nov 99999 03:00:00 GMT", None, id="no-such-year"),
        pytest.param(f"Wed, 25 Nov 2026 03:01:00 +{'9' * 30}", None, id="huge-zone"),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, wait_s: float | None) -> None:
    """Scenario 19: seconds or an HTTP date; negative, past and garbage are ignored."""
    assert answers.retry_after_s((("Retry-After", value),), WALL) == wait_s


@pytest.mark.parametrize(
    ("status", "heeded"), [(429, True), (503, True), (500, False), (502, False)]
)
def test_retry_after_counts_with_429_and_503(status: int, *, heeded: bool) -> None:
    """Only these two statuses may lengthen the wait."""
    verdict = _judge(_answer(status, kind="text/html", Retry_After="120"))

    assert isinstance(verdict, Failed)
    assert verdict.cause is Cause.DOWN
    assert verdict.retry_after_s == (120 if heeded else None)
    assert verdict.surely_not_written == (status == 429)


@pytest.mark.parametrize("own_key", [True, False])
def test_429_is_a_failure_with_anybodys_key(*, own_key: bool) -> None:
    """A 429 is the one 4xx that counts whoever asked."""
    assert _judge(_answer(429), own_key=own_key) == replace(
        DOWN, surely_not_written=True
    )


@pytest.mark.parametrize(
    ("answer", "stored"),
    [
        pytest.param(WHOLE, True, id="whole"),
        pytest.param(recorded.answer("24-"), True, id="search"),
        pytest.param(recorded.answer("25-"), True, id="search-json"),
        pytest.param(replace(WHOLE, status=201), False, id="201"),
        pytest.param(replace(WHOLE, status=404), False, id="404"),
        pytest.param(replace(WHOLE, headers=REAL[:2]), False, id="no-sha1"),
        pytest.param(replace(WHOLE, headers=REAL[::2]), False, id="no-version"),
        pytest.param(replace(WHOLE, headers=REAL[1:]), False, id="no-type"),
        pytest.param(replace(WHOLE, body=b"<a/>"), False, id="another-body"),
        pytest.param(recorded.answer("172-"), False, id="debug-notices"),
        pytest.param(recorded.answer("167-"), False, id="html"),
        *(
            pytest.param(
                replace(WHOLE, headers=(*REAL, ("Cache-Control", value))),
                kept,
                id=value,
            )
            for value, kept in [
                ("no-store", False),
                ("max-age=60, Private", False),
                ('private="set-cookie"', False),
                ("public, max-age=60", True),
            ]
        ),
        *(
            pytest.param(
                replace(WHOLE, headers=(*REAL, ("Vary", value))), kept, id=value
            )
            for value, kept in [
                ("*", False),
                ("Cookie", False),
                ("Accept-Language, Accept-Encoding", True),
            ]
        ),
        pytest.param(
            replace(WHOLE, headers=(*REAL, ("Content-Encoding", "gzip"))),
            False,
            id="encoded",
        ),
    ],
)
def test_only_a_whole_200_of_the_webservice_is_stored(
    answer: Answer, *, stored: bool
) -> None:
    """PSWS-Version, an XML or JSON type and the body's own SHA-1, all of them."""
    assert answers.may_store(answer, "GET") == stored
    assert not answers.may_store(answer, "HEAD")


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "Content-Type",
                "Retry-After",
                "Content-Sha1",
                "PSWS-Version",
                "Content-Encoding",
                "Vary",
                "Cache-Control",
            ]
        ),
        st.one_of(
            st.sampled_from(["text/xml", "application/json", "gzip", "deflate", "1"]),
            st.text(st.characters(codec="latin-1"), max_size=30),
        ),
    ),
    max_size=5,
).map(tuple)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b'{"errors":{"a":1}}',
            b'{"errors":[1]}',
            b'{"errors":[{"code":null}]}',
            b'{"errors":[]}',
            b"[]",
            b"null",
            b'{"errors":[{"code":' + b"9" * 5000 + b"}]}",
            b"<errors><error><code>x</code></error></errors>",
            b"<q><errors><error><code/></error></errors></q>",
            b'<?xml version="1.0" encoding="utf-16"?><a/>',
            b"{" * 100_000,
        ]
    ),
)


@given(
    st.integers(100, 599), HEADERS, BODIES, st.sampled_from(Operation), st.booleans()
)
def test_no_answer_is_a_crash(
    status: int, headers: Headers, body: bytes, operation: Operation, own_key: bool
) -> None:
    """Whatever comes back is judged: an exception would keep the call's place."""
    answer = Answer(status=status, headers=headers, body=body)

    for method in ("GET", "HEAD"):
        _judge(answer, operation, method=method, own_key=own_key)
        answers.may_store(answer, method)
