"""Below HTTP: the PMS's name, its port and its certificate."""

from __future__ import annotations

import asyncio
import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING

from proxy.doctor.certificates import validity
from proxy.doctor.values import Check, Remark, failed, passed, skipped
from proxy.messages import Cause

if TYPE_CHECKING:
    from datetime import datetime

    from proxy.doctor.values import Finding, Subject
    from proxy.messages import Clock

STEP_S = 3.0
SOON_DAYS = 14
MAX_ADDRESSES_SHOWN = 4
# OpenSSL's words for why a certificate does not pass (x509_vfy.h).
_NOT_YET, _EXPIRED, _WRONG_NAME, _WRONG_ADDRESS = 9, 10, 62, 64


class Sockets:
    """Checks one host and port, each step within `STEP_S`."""

    def __init__(self, subject: Subject, clock: Clock) -> None:
        self._host = subject.host
        self._port = subject.port
        self._is_tls = subject.is_tls
        self._clock = clock

    async def dns(self) -> Finding:
        """Resolve the name."""
        if _is_address(self._host):
            return passed(Check.DNS, Remark.DNS_LITERAL, host=self._host)
        loop = asyncio.get_running_loop()
        try:
            async with self._clock.timeout(STEP_S):
                found = await loop.getaddrinfo(self._host, self._port)
        except TimeoutError:
            return _failed(Check.DNS, Remark.DNS_SILENT, host=self._host)
        except (OSError, UnicodeError) as exc:
            why = _reason(exc)
            return _failed(Check.DNS, Remark.DNS_UNKNOWN, host=self._host, why=why)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        shown = ", ".join(addresses[:MAX_ADDRESSES_SHOWN])
        return passed(Check.DNS, Remark.DNS_FOUND, host=self._host, addresses=shown)

    async def tcp(self) -> Finding:
        """Open a connection and close it."""
        at = f"{self._host}:{self._port}"
        try:
            await self._connected(None)
        except TimeoutError:
            return _failed(Check.TCP, Remark.TCP_SILENT, at=at)
        except ConnectionRefusedError:
            return _failed(Check.TCP, Remark.TCP_REFUSED, at=at)
        except OSError as exc:
            return _failed(Check.TCP, Remark.TCP_UNREACHABLE, at=at, why=_reason(exc))
        return passed(Check.TCP, Remark.TCP_OPEN, at=at)

    async def tls(self) -> Finding:
        """Shake hands, and read the certificate's days and name."""
        if not self._is_tls:
            return skipped(Check.TLS, Remark.TLS_NOT_USED)
        try:
            shaken = await self._connected(ssl.create_default_context())
        except TimeoutError:
            return _failed(Check.TLS, Remark.TLS_SILENT, host=self._host)
        except ssl.SSLCertVerificationError as exc:
            return await self._not_accepted(exc)
        except (OSError, ssl.SSLError) as exc:
            return _failed(Check.TLS, Remark.TLS_BROKEN, why=_reason(exc))
        return self._accepted(shaken)

    def _accepted(self, der: bytes) -> Finding:
        days = validity(der)
        if days is None:
            return passed(Check.TLS, Remark.TLS_GOOD, host=self._host, until="?")
        until = days[1]
        is_near = (until - self._clock.wall()).days < SOON_DAYS
        remark = Remark.TLS_SOON_OVER if is_near else Remark.TLS_GOOD
        return passed(Check.TLS, remark, host=self._host, until=_day(until))

    async def _not_accepted(self, exc: ssl.SSLCertVerificationError) -> Finding:
        """Say why; the days are read without trusting what bears them."""
        if exc.verify_code in (_WRONG_NAME, _WRONG_ADDRESS):
            return _failed(Check.TLS, Remark.TLS_WRONG_NAME, host=self._host)
        if exc.verify_code not in (_EXPIRED, _NOT_YET):
            why = exc.verify_message
            return _failed(Check.TLS, Remark.TLS_UNTRUSTED, host=self._host, why=why)
        blind = ssl.create_default_context()
        blind.check_hostname = False
        blind.verify_mode = ssl.CERT_NONE
        try:
            days = validity(await self._connected(blind))
        except (OSError, TimeoutError):
            days = None
        is_over = exc.verify_code == _EXPIRED
        day = "?" if days is None else _day(days[1] if is_over else days[0])
        remark = Remark.TLS_EXPIRED if is_over else Remark.TLS_NOT_YET
        return _failed(Check.TLS, remark, host=self._host, day=day)

    async def _connected(self, context: ssl.SSLContext | None) -> bytes:
        """Connect, and return the peer's certificate where there is one."""
        async with self._clock.timeout(STEP_S):
            _, writer = await asyncio.open_connection(
                self._host,
                self._port,
                ssl=context,
                happy_eyeballs_delay=0.25,
            )
        try:
            secured: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
            der = None if secured is None else secured.getpeercert(binary_form=True)
            return der or b""
        finally:
            # A farewell could be waited for in vain.
            writer.transport.abort()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}"


def _reason(exc: Exception) -> str:
    said = getattr(exc, "strerror", None) or getattr(exc, "reason", None)
    return str(said or type(exc).__name__)


def _failed(check: Check, remark: Remark, **facts: str) -> Finding:
    return failed(check, remark, Cause.NETWORK, **facts)
