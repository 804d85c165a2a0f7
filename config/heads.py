"""Pure. What of a request's head is refused, besides what the parser refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# All fields of one request. nginx takes 32 KiB with the request line, and closes
# amid what is longer, which would look like a failure of the upstream.
MAX_FIELDS_BYTES = 16 * 1024

BAD_REQUEST = 400
FIELDS_TOO_LARGE = 431

CODING = "Only chunked is taken as Transfer-Encoding, and only in HTTP/1.1."

# RFC 9112 §3.2: a host with its port, and nothing else (RFC 3986 §3.2.2).
_HOST = re.compile(
    rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?"
)


def fault_of(
    version: tuple[int, int], fields: Sequence[tuple[bytes, bytes]]
) -> tuple[int, str] | None:
    """
    Say what is wrong with a head: the status and one sentence, or None.

    The parser takes HTTP/0.9 and HTTP/2.0 for requests, and transfer codings before
    `chunked`, which other readers of the same bytes frame otherwise (RFC 9112 §6).
    """
    if version not in {(1, 0), (1, 1)}:
        return BAD_REQUEST, "Only HTTP/1.1 and HTTP/1.0 are spoken here."
    if sum(len(name) + len(value) for name, value in fields) > MAX_FIELDS_BYTES:
        return (
            FIELDS_TOO_LARGE,
            f"The header fields are over {MAX_FIELDS_BYTES} bytes together.",
        )
    is_old = version == (1, 0)
    for name, value in fields:
        match name.lower():
            case b"transfer-encoding" if value.lower() != b"chunked" or is_old:
                return BAD_REQUEST, CODING
            case b"host" if not _HOST.fullmatch(value):
                return BAD_REQUEST, "The Host field is not a host and a port."
            case _:
                pass
    return None
