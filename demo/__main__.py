"""`python -m demo`: the whole house to try by hand, or the outage played through."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from aiohttp import web

from demo.control import make_control
from demo.outage import play
from demo.replay.command import add_options, replay
from demo.stage import Stage, a_stage, envelope, in_days

TRY = """\
The PMS stand-in, the proxy and the agent are up.

  PMS (QloApps)   {pms}
  its faults      {control}
  proxy           {proxy}   /api/… /status.json /metrics /health/ready
  agent           {agent}   /api/v1/availability /webhooks/whatsapp /metrics

Ask for rooms:
  curl '{agent}/api/v1/availability?checkin={checkin}'
Write as a guest on WhatsApp (each message is answered once, by its id):
  curl {agent}/webhooks/whatsapp -d '{message}'
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
    async with a_stage(keeps_calls=False) as stage:
        runner = web.AppRunner(make_control(stage.pms), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        control = f"http://127.0.0.1:{runner.addresses[0][1]}"
        sys.stdout.write(_what_to_try(stage, control))
        sys.stdout.flush()
        telling = asyncio.create_task(stage.proxy.tell(_say))
        await stop.wait()
        telling.cancel()
        await runner.cleanup()
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def _what_to_try(stage: Stage, control: str) -> str:
    return TRY.format(
        pms=stage.pms.url,
        control=control,
        proxy=stage.proxy.url,
        agent=stage.agent.url,
        checkin=in_days(20),
        message=json.dumps(
            envelope(f"Hola, tenés lugar del {in_days(20)} al {in_days(22)} para 2?"),
            ensure_ascii=False,
        ),
        days=" ".join(str(in_days(100 + number)) for number in range(5)),
    )


if __name__ == "__main__":
    sys.exit(main())
