"""The shop's cookie, different on every answer; nobody needs it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.wire import BUFFER_BYTES, http_date

if TYPE_CHECKING:
    from datetime import datetime

    from demo.answers import Answer

NAME = "QloApps-daf117f818c8eeecfa2bccccdd849a8c"
LIFE = timedelta(days=20)


def cookie_for(answer: Answer, now: datetime) -> tuple[tuple[str, str], ...]:
    """Give the `Set-Cookie` header that PHP could still send, or nothing."""
    is_too_late = len(answer.body) >= BUFFER_BYTES
    if answer.speaker == "nginx" or not answer.has_cookie or is_too_late:
        return ()
    value = f"def50200{secrets.token_hex(176)}"
    life = f"expires={http_date(now + LIFE)}; Max-Age={int(LIFE.total_seconds())}"
    return (("Set-Cookie", f"{NAME}={value}; {life}; path=/; HttpOnly; SameSite=Lax"),)
