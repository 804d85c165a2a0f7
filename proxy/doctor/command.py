"""
`python -m proxy doctor`: examines, prints and concludes; called by `__main__`.

It reads and never writes: not in the PMS, not in Redis, not in the proxy.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from proxy.doctor import report
from proxy.doctor.examination import Examination
from proxy.doctor.judgement import diagnose
from proxy.doctor.lookups import PatientLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from proxy.doctor.values import Finding, Subject
    from proxy.doctor.words import Words
    from proxy.messages import Clock

DEFAULT_PORT = "8081"
DEFAULT_LANGUAGE = "es"
# By Ctrl-C, as shells count it.
INTERRUPTED = 130
# As POSIX has it, the first that is set decides.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def main(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    subject: Subject | None,
    settings: Finding,
    clock: Clock,
    new_loop: Callable[[], asyncio.AbstractEventLoop] = PatientLoop,
) -> int:
    """Examine `subject`, None where the `settings` could not be read; exit code."""
    options = _parser(environ).parse_args(arguments)
    examination = Examination(
        subject,
        settings,
        url=None if options.no_proxy else options.url or _own_url(environ),
        clock=clock,
    )
    words = report.LANGUAGES[options.lang]
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(_examine(examination, words, as_json=options.json))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Who read it has read enough; what is left goes where Python may flush it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return report.WRONG


async def _examine(examination: Examination, words: Words, *, as_json: bool) -> int:
    findings: list[Finding] = []
    async with aclosing(examination.findings()) as found:
        async for finding in found:
            findings.append(finding)
            if not as_json:
                _say(report.line(finding, words))
    diagnosis = diagnose(findings, examination.running)
    if as_json:
        _say(report.as_json(findings, diagnosis, examination.running, words))
    else:
        _say(f"\n{report.conclusion(diagnosis, examination.running, words)}")
    return report.exit_code(findings, diagnosis)


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proxy doctor",
        description="Look at the PMS, at Redis and at the running proxy with the "
        "proxy's own settings, and say in under 20 s what is wrong, what to do and "
        "whom to call. Exit code 0: all is well, 1: something is wrong, 2: the "
        "settings are.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--url",
        type=_base_url,
        help="the running proxy's base URL; default: this machine's PROXY_PORT",
    )
    where.add_argument(
        "--no-proxy",
        action="store_true",
        help="look at no running proxy, such as before its first start",
    )
    parser.add_argument("--lang", choices=report.LANGUAGES, default=_language(environ))
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def _own_url(environ: Mapping[str, str]) -> str:
    """Return where the proxy with these settings is reached from its own machine."""
    host = environ.get("PROXY_BIND") or "127.0.0.1"
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{environ.get('PROXY_PORT') or DEFAULT_PORT}"


def _language(environ: Mapping[str, str]) -> str:
    """Return the language of the terminal, Spanish where it is neither."""
    locale = next(filter(None, map(environ.get, _LOCALE)), "")
    return locale[:2] if locale[:2] in report.LANGUAGES else DEFAULT_LANGUAGE


def _base_url(url: str) -> str:
    # Not shown where it is wrong: somebody may have put a password in it.
    wrong = argparse.ArgumentTypeError("it must be such as http://127.0.0.1:8081")
    try:
        parts = urlsplit(url)
        is_port = parts.port != 0
    except ValueError:
        raise wrong from None
    is_plain = parts.username is None and not parts.query and url.isascii()
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    if not (is_web and is_port and is_plain and url.isprintable() and " " not in url):
        raise wrong
    return url.rstrip("/")


def _say(text: str) -> None:
    # A terminal that knows no ticks gets question marks, and obeys nobody: what a
    # stranger or an operator wrote may hold its commands.
    shown = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    coding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(f"{shown.encode(coding, 'replace').decode(coding)}\n")
    sys.stdout.flush()
