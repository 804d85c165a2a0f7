"""
What the shop says when it is broken: its own answers, PHP's and nginx's.

Faults like those of `faults`, which offers them too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from demo.answers import (
    HTML,
    Answer,
    crashed,
    nginx_page,
    refuse,
    unparsable,
)
from demo.answers import fatal_error as died
from demo.fault import Fault
from demo.keys import expired
from demo.shopfiles import error_page as recorded_page
from demo.shopfiles import maintenance_page, uncaught_error

if TYPE_CHECKING:
    from demo.exchange import Exchange

SWITCHED_OFF = (
    "The QloApps webservice is disabled. Please activate it in the QloApps Back Office"
)
NO_TABLE = (
    "SQLSTATE[42S02]: Base table or view not found: 1146"
    " Table 'qloapps.qlo_htl_branch_info' doesn't exist"
)
NOTICE = (
    b"<br />\n<b>Deprecated</b>:  preg_match(): Passing null to parameter #2 ($subject)"
    b" of type string is deprecated in"
    b" <b><QLOAPPS_ROOT>/tools/mobile_Detect/Mobile_Detect.php</b>"
    b" on line <b>1078</b><br />\n"
)
# An answer had some 56 KB of them; after a fatal error the cookie was still sent.
NOTICES, NOTICES_OF_A_CRASH = 300, 10


def error_page(*, resource: str | None = None) -> Fault:
    """Show the page of a shop whose database is away, to any key or none."""
    page = Answer(
        status=500,
        body=recorded_page(),
        content_type=HTML,
        speaker="php",
        has_cookie=False,
    )
    return _answering("error_page", page, resource)


def bad_gateway(*, resource: str | None = None) -> Fault:
    """Answer as nginx does when PHP is down."""
    return _answering("bad_gateway", nginx_page(502, "Bad Gateway"), resource)


def gateway_timeout(*, resource: str | None = None) -> Fault:
    """Answer as nginx does when it has waited for PHP too long, but at once."""
    page = nginx_page(504, "Gateway Time-out")
    return _answering("gateway_timeout", page, resource)


def crash(*, resource: str | None = None) -> Fault:
    """Answer as PHP does when it dies, or misses a table: 500 and an empty body."""
    return _answering("crash", crashed(), resource)


def expired_key(*, resource: str | None = None) -> Fault:
    """Refuse every key, as when it was deleted in the back office."""

    async def play(exchange: Exchange) -> None:
        exchange.respond(exchange.refused(expired()))

    return Fault("expired_key", play, resource)


def webservice_off(*, resource: str | None = None) -> Fault:
    """Refuse everything, as when the webservice is switched off in the back office."""

    async def play(exchange: Exchange) -> None:
        exchange.respond(exchange.refused(refuse(503, 22, SWITCHED_OFF)))

    return Fault("webservice_off", play, resource)


def fatal_error(*, resource: str | None = None) -> Fault:
    """Answer as PHP does when it gives up in good order: 200 and `Fatal error`."""
    return _answering("fatal_error", died(), resource)


def missing_table(*, resource: str | None = None) -> Fault:
    """Miss a table: a search says so in the webservice's words, the rest crashes."""

    async def play(exchange: Exchange) -> None:
        call = exchange.call
        if call.resource == "hotel_ari":
            thrown = unparsable(NO_TABLE, call.body, signed=True)
            exchange.respond(exchange.refused(thrown))
        else:
            exchange.respond(crashed())

    return Fault("missing_table", play, resource)


def maintenance(*, resource: str | None = None) -> Fault:
    """Close the shop's pages for maintenance; the API does not notice."""
    page = Answer(status=503, body=maintenance_page(), content_type=HTML, speaker="php")

    async def play(exchange: Exchange) -> None:
        is_api = exchange.call.url is not None
        exchange.respond(await exchange.worked_on() if is_api else page)

    return Fault("maintenance", play, resource)


def debug_mode(*, resource: str | None = None) -> Fault:
    """Show PHP's notices in front of every body; a crash becomes a 200 with them."""

    async def play(exchange: Exchange) -> None:
        answer = await exchange.worked_on()
        if (answer.status, answer.speaker) == (500, "php"):
            noticed = NOTICE * NOTICES_OF_A_CRASH + uncaught_error()
            answer = replace(answer, status=200, body=noticed)
        elif answer.body:
            answer = replace(answer, body=NOTICE * NOTICES + answer.body)
        exchange.respond(answer)

    return Fault("debug_mode", play, resource)


def _answering(name: str, answer: Answer, resource: str | None) -> Fault:
    async def play(exchange: Exchange) -> None:
        exchange.respond(answer)

    return Fault(name, play, resource)
