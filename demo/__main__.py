"""`python -m demo`: the whole house to try by hand, or the outage played through."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from typing import TYPE_CHECKING

from demo.control import make_control
from demo.outage import play
from demo.page.running import a_page, served
from demo.replay.command import add_options, replay
from demo.stage import in_days

if TYPE_CHECKING:
    from demo.page.running import Open

TRY = """\
The PMS stand-in, the proxy and the agent are up.

  PMS (QloApps)   {pms}
  its faults      {control}
  proxy           {proxy}   /api/… /status.json /metrics /health/ready
  agent           {agent}   /api/v1/availability /webhooks/whatsapp /metrics
  the page        {page}   write as a guest, break the PMS, watch the proxy

Ask for rooms:
  curl '{agent}/api/v1/availability?checkin={checkin}'
Write as a guest on WhatsApp (the page shows the chat):
  curl {page}/say -d '{message}'
Let the PMS die (GET {control}/ lists the ways), ask five times for other days, then
for the first one again:
  curl -X POST {control}/faults/error_page
  for day in {days}; do curl -s "{agent}/api/v1/availability?checkin=$day"; echo; done
  curl '{agent}/api/v1/availability?checkin={checkin}'
See what the proxy says of it, then let the PMS come back; the proxy finds out by
itself within 30 s:
  curl {proxy}/status.json
  curl -X DELETE {control}/faults
Ctrl-C ends it. What the proxy's log says of the breaker:
"""


def main() -> int:
    """Run the demo that is asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    acts = parser.add_subparsers(dest="act", title="instead, by itself")
    acts.add_parser(
        "outage", help="play the runbook in fast time; exit 0 only if every step held"
    )
    day = acts.add_parser(
        "replay", help="play a day of guests, with the calendar, without, with no proxy"
    )
    add_options(day)
    options = parser.parse_args()
    if options.act == "replay":
        return replay(options)
    return asyncio.run(play() if options.act == "outage" else _stay_up())


async def _stay_up() -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with a_page() as page, served(make_control(page.stage.pms)) as control:
        sys.stdout.write(_what_to_try(page, control))
        sys.stdout.flush()
        telling = asyncio.create_task(page.stage.proxy.tell(_say))
        await stop.wait()
        telling.cancel()
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def _what_to_try(page: Open, control: str) -> str:
    stage = page.stage
    return TRY.format(
        pms=stage.pms.url,
        control=control,
        proxy=stage.proxy.url,
        agent=stage.agent.url,
        page=page.url,
        checkin=in_days(20),
        message=f"Hola, tenés lugar del {in_days(20)} al {in_days(22)} para 2?",
        days=" ".join(str(in_days(100 + number)) for number in range(5)),
    )


if __name__ == "__main__":
    sys.exit(main())
