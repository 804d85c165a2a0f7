"""
The shop's front: from a call to an answer, in QloApps' order of checks.

Host, key, resource, method, then the resource itself. No sockets and no clock: the
shell in `pms` passes the call and `now`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo import keys as keyring
from demo.answers import (
    HTML,
    Answer,
    Refusal,
    Unwritten,
    nginx_page,
    refuse,
    spoken,
    unmodelled,
)
from demo.calls import inquire
from demo.php import closest
from demo.resources import answer_resource
from demo.root import api_root
from demo.shopfiles import resources

if TYPE_CHECKING:
    from datetime import datetime

    from demo.calls import Call, Inquiry
    from demo.hotel import House
    from demo.keys import Key

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD")
FORBIDDEN = {"bookings": ("DELETE",)}

FRONT_PAGES = ("/", "/index.php")
FRONT_PAGE = b"<!DOCTYPE html>\n<html><head><title>QloApps</title></head></html>\n"


@dataclass(slots=True, kw_only=True)
class Shop:
    """A house behind a webservice; `domain` is the Host that it insists on."""

    house: House
    keys: dict[str, Key]
    domain: str

    def answer(self, call: Call, now: datetime) -> Answer:
        """Answer a call; what it writes is written."""
        begun = self.begin(call, now)
        return begun.write(now) if isinstance(begun, Unwritten) else begun

    def begin(self, call: Call, now: datetime) -> Answer | Unwritten:
        """Answer a call, but for a new booking, which is checked and not written."""
        if call.url is None and call.path not in FRONT_PAGES:
            return nginx_page(404, "Not Found")
        inquiry = inquire(call)
        is_other_shop = inquiry.params.get("id_shop", "1") != "1"
        if call.headers.get("Host") != self.domain or is_other_shop:
            return self._redirect(call)
        if call.url is None:
            return Answer(status=200, body=FRONT_PAGE, content_type=HTML, speaker="php")
        authorization = call.headers.get("Authorization", "")
        sent = keyring.sent_key(authorization, inquiry.params.get("ws_key"))
        if sent is None:
            return keyring.keyless()
        key = keyring.check(sent, self.keys)
        if isinstance(key, Refusal):
            return spoken(key, inquiry.form)
        answer = _barred(inquiry, key) or self._inside(inquiry, key, now)
        return spoken(answer, inquiry.form) if isinstance(answer, Refusal) else answer

    def refuses(self, call: Call, refusal: Refusal) -> Answer:
        """Answer with a refusal that somebody else decided on, in the right format."""
        return spoken(refusal, inquire(call).form)

    def _inside(
        self, inquiry: Inquiry, key: Key, now: datetime
    ) -> Answer | Refusal | Unwritten:
        api = f"http://{self.domain}/api"
        if inquiry.resource == "":
            if inquiry.method not in ("GET", "HEAD"):
                return unmodelled(f"{inquiry.method} /api")
            return api_root(key, inquiry.form, api)
        return answer_resource(self.house, inquiry, api, now)

    def _redirect(self, call: Call) -> Answer:
        url = f"?url={call.url}" if call.url else ""
        return Answer(
            status=302,
            content_type=HTML,
            headers=(("Location", f"http://{self.domain}/index.php{url}"),),
            speaker="php",
            has_cookie=False,
        )


def _barred(inquiry: Inquiry, key: Key) -> Refusal | None:
    """Check resource and method; the API's root needs no permission."""
    name, method = inquiry.resource, inquiry.method
    known = [resource.name for resource in resources()]
    if name and name not in known:
        listed = '", "'.join(known)
        return refuse(
            400,
            27,
            f'Resource of type "{name}" does not exists. Did you mean: '
            f'"{closest(name, known)}"? The full list is: "{listed}"',
        )
    if name and not key.may_use(name):
        return refuse(
            401,
            26,
            f'Resource of type "{name}" is not allowed with this authentication key',
        )
    if method not in METHODS:
        return refuse(405, 23, f"Method {method} is not valid")
    if method in FORBIDDEN.get(name, ()):
        return refuse(
            405, 101, f"Method {method} is not allowed for the resource {name}"
        )
    if name and not key.may(method, name):
        return refuse(
            405,
            25,
            f"Method {method} is not allowed for the resource {name}"
            " with this authentication key",
        )
    return None
