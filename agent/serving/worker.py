"""
Serves guests who are due: plays their turn, records the reply, sends it.

Several workers, in several processes, may share a store. Each step is recorded before
the next one begins, so another worker can take over from any instant; only a reply
that was sent and not yet marked is sent twice.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from agent.errors import ClaimError, SendError, StoreError
from agent.kept import inbox
from agent.kept.inbox import LEASE_S
from agent.serving.runner import shortened
from agent.whatsapp.errors import judge

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from agent.clock import Clock
    from agent.kept.inbox import Kept
    from agent.kept.store import Store
    from agent.messages import Guest, Reply
    from agent.serving.turns import Turns
    from agent.telemetry import Telemetry
    from agent.tracing import Tracer
    from agent.whatsapp.client import WhatsApp

AT_ONCE = 256
# How soon a worker sees what other processes left; its own it is told of.
LOOK_S = 1
# How soon a delivery that waits for its guest sees that another process served.
POLL_S = 0.25
STORE_AGAIN_S = 1
FINISH_WITHIN_S = 4

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Worker:
    """Serves due guests; without WhatsApp their replies stay in their records."""

    def __init__(
        self,
        store: Store,
        turns: Turns,
        whatsapp: WhatsApp | None,
        *,
        telemetry: Telemetry,
        tracer: Tracer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._turns = turns
        self._whatsapp = whatsapp
        self._telemetry = telemetry
        self._tracer = tracer
        self._clock = clock
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Event()
        self._progress = asyncio.Event()
        # Monotonic seconds until which WhatsApp takes nothing from this number.
        self._paused_until = 0.0

    def nudge(self) -> None:
        """Look for due guests at once."""
        self._news.set()

    async def until_idle(self, address: str) -> None:
        """Wait until nothing is due for a guest, whoever serves."""
        while await self._store.change(address, _due) is not None:
            with suppress(TimeoutError):
                async with self._clock.timeout(POLL_S):
                    await self._progress.wait()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            self._news.clear()
            delay_s = await self._begin()
            with suppress(TimeoutError):
                async with self._clock.timeout(delay_s):
                    await self._news.wait()

    async def finish(self) -> None:
        """Let those who are being served finish, for a while."""
        with suppress(TimeoutError):
            async with self._clock.timeout(FINISH_WITHIN_S):
                await asyncio.gather(*map(asyncio.shield, self._serving.values()))
        late = list(self._serving.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _begin(self) -> float:
        """Begin to serve who is due; return after how long to look again."""
        paused_s = self._paused_until - self._clock.monotonic()
        if paused_s > 0:
            return paused_s
        now = self._now()
        try:
            due = await self._store.due(now)
            next_due = await self._store.next_due()
        except StoreError:
            return STORE_AGAIN_S
        for address in due:
            if len(self._serving) < AT_ONCE and address not in self._serving:
                task = asyncio.create_task(self._serve(address))
                self._serving[address] = task
                task.add_done_callback(partial(self._served, address))
        # Who is overdue here is being served: the end of that is news.
        soon = next_due - now if next_due is not None and next_due > now else LOOK_S
        return min(soon, LOOK_S)

    def _served(self, address: str, _task: asyncio.Task[None]) -> None:
        del self._serving[address]
        self._news.set()
        self._progress.set()
        self._progress = asyncio.Event()

    async def _serve(self, address: str) -> None:
        token = uuid4().hex
        try:
            kept = await self._store.change(
                address, partial(_claimed, token=token, now=self._now())
            )
            if kept is None:
                return
            async with self._held(kept, token):
                if kept.reply is None:
                    kept = await self._answer(kept, token)
                if kept.reply is not None:
                    await self._hand_over(kept, kept.reply, token)
        except ClaimError:
            _log.warning("claim.lost")
        except StoreError as exc:
            _log.warning("guest.left", reason=str(exc))
        except Exception:  # noqa: BLE001  (the others are served on)
            _log.exception("guest.failed")

    @asynccontextmanager
    async def _held(self, kept: Kept, token: str) -> AsyncGenerator[None]:
        """Renew a claim meanwhile; let the guest go at once where this is stopped."""
        renewing = asyncio.create_task(self._renew(kept.guest.address, token))
        try:
            yield
        except asyncio.CancelledError:
            with suppress(ClaimError, StoreError):
                await self._change(
                    kept, lambda k: inbox.put_off(k, token, due=self._now())
                )
            raise
        finally:
            renewing.cancel()

    async def _renew(self, address: str, token: str) -> None:
        while True:
            await self._clock.sleep(LEASE_S / 3)
            try:
                await self._store.change(
                    address,
                    lambda kept: (inbox.renew(kept, token, now=self._now()), None),
                )
            except StoreError:
                continue
            except ClaimError:
                return

    async def _answer(self, kept: Kept, token: str) -> Kept:
        """Play the turn, and record what came of it."""

        async def record(state: str) -> None:
            await self._change(kept, lambda k: inbox.save(k, token, state=state))

        typing = asyncio.create_task(self._show_typing(kept))
        try:
            with self._tracer.span("turn") as span:
                span.tell("agent.messages", len(kept.turn))
                state, reply = await self._turns.play(kept, record)
        finally:
            typing.cancel()
        return await self._change(
            kept, lambda k: inbox.answer(k, token, state=state, reply=reply)
        )

    async def _show_typing(self, kept: Kept) -> None:
        own = [letter.id for letter in kept.turn if letter.is_guests]
        if self._whatsapp is not None and own:
            with suppress(SendError):
                await self._whatsapp.show_typing(own[-1])

    async def _hand_over(self, kept: Kept, reply: Reply, token: str) -> None:
        if self._whatsapp is None:
            await self._change(kept, lambda k: inbox.leave(k, token))
        elif not kept.is_in_window(self._now()):
            self._lost(kept.guest, "The guest's last message is a day old.")
            await self._change(kept, lambda k: inbox.drop(k, token))
        else:
            # The whole send fits into the lease, so nobody else sends meanwhile.
            await self._change(kept, lambda k: inbox.renew(k, token, now=self._now()))
            await self._send(kept, reply, token, self._whatsapp)

    async def _send(
        self, kept: Kept, reply: Reply, token: str, whatsapp: WhatsApp
    ) -> None:
        try:
            sent_id = await whatsapp.send(kept.guest, reply)
        except SendError as exc:
            await self._not_taken(kept, exc, token)
            return
        self._telemetry.reply("sent")
        while True:  # Until it is marked, or somebody else's: else it is sent twice.
            with suppress(StoreError):
                await self._change(
                    kept,
                    lambda k: inbox.sent(k, token, now=self._now(), sent_id=sent_id),
                )
                return
            await self._clock.sleep(POLL_S)

    async def _not_taken(self, kept: Kept, error: SendError, token: str) -> None:
        tries = kept.tries + 1
        verdict = judge(error, tries)
        if verdict.action == "alert":
            _log.error("whatsapp.alert", msg=f"Look at the WhatsApp account: {error}")
        after_s = verdict.after_s
        if after_s is None:
            self._lost(kept.guest, str(error))
            await self._change(kept, lambda k: inbox.drop(k, token))
            return
        self._telemetry.reply("retried")
        _log.warning(
            "reply.put_off", guest=shortened(kept.guest), reason=str(error), s=after_s
        )
        if verdict.is_for_all:
            self._paused_until = self._clock.monotonic() + after_s
        await self._change(
            kept,
            lambda k: inbox.put_off(k, token, due=self._now() + after_s, tries=tries),
        )

    def _lost(self, guest: Guest, reason: str) -> None:
        self._telemetry.reply("dropped")
        _log.error("reply.dropped", guest=shortened(guest), reason=reason)

    async def _change(self, kept: Kept, rule: Callable[[Kept | None], Kept]) -> Kept:
        def changed(before: Kept | None) -> tuple[Kept, Kept]:
            after = rule(before)
            return after, after

        return await self._store.change(kept.guest.address, changed)

    def _now(self) -> float:
        return self._clock.wall().timestamp()


def _claimed(
    kept: Kept | None, *, token: str, now: float
) -> tuple[Kept | None, Kept | None]:
    after, is_ours = inbox.claim(kept, token, now=now)
    return after, after if is_ours else None


def _due(kept: Kept | None) -> tuple[Kept | None, float | None]:
    return kept, kept.due if kept is not None else None
