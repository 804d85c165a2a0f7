"""Plays a guest's turn: from the record's messages and state to one reply."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import structlog

from agent.dialogue.state import State
from agent.dialogue.state_codec import decode, encode
from agent.dialogue.taps import answered_by, is_late
from agent.errors import AgentError
from agent.messages import Phrase, Reply
from agent.serving.runner import shortened, waits_for
from agent.whatsapp.bodies import TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from agent.kept.conversations import Conversations
    from agent.kept.inbox import Kept, Kind, Letter
    from agent.serving.runner import Runner
    from agent.telemetry import Telemetry

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Turns:
    """Answers guests; whatever goes wrong with one is logged and stays here."""

    def __init__(
        self, runner: Runner, conversations: Conversations, telemetry: Telemetry
    ) -> None:
        self._runner = runner
        self._conversations = conversations
        self._telemetry = telemetry

    async def play(
        self, kept: Kept, record: Callable[[str], Awaitable[None]]
    ) -> tuple[str | None, Reply]:
        """
        Return a guest's next state and the one reply to the turn's messages.

        `record` keeps a state that must outlive a crash amid the turn. The reply has
        no text where there is nothing to say.

        Raises:
            AgentError: what `record` raises.

        """
        state = (decode(kept.state) if kept.state else None) or State()
        count = sum(letter.is_guests for letter in kept.turn)
        with self._conversations.opened(
            kept.guest, state, lambda state: record(encode(state))
        ) as held:
            try:
                replies = [
                    await self._reply(kept, held.state, kind, [*letters])
                    for kind, letters in groupby(_asking(kept.turn), _kind)
                ]
            except AgentError:
                raise
            except Exception:  # noqa: BLE001  (one guest's trouble stays his)
                _log.exception("message.failed", guest=shortened(kept.guest))
                self._telemetry.message("failed", count)
                return await self._sorry(kept, state, held.sent)
            self._telemetry.message("answered", count)
            return encode(held.state), _one(replies)

    async def _sorry(
        self, kept: Kept, before: State, sent: State | None
    ) -> tuple[str | None, Reply]:
        """
        Say that it did not work out, and go back to before the turn.

        But never to before a booking that may have been sent: that is looked for. What
        the guest waits for is tried again, without a word where the guest wrote none.
        """
        if sent is not None:
            text = await self._runner.phrase(kept.guest, Phrase.BEING_CHECKED)
            return encode(sent), Reply(text=text, waits_for="booking")
        text = ""
        if any(letter.is_guests for letter in kept.turn):
            text = await self._runner.phrase(kept.guest, Phrase.CANNOT_CHECK)
        return kept.state, Reply(text=text, waits_for=waits_for(before))

    async def _reply(
        self, kept: Kept, state: State, kind: Kind, letters: Sequence[Letter]
    ) -> Reply:
        guest = kept.guest
        match kind:
            case "text":
                said = [
                    one
                    for one in _last_taps(letters)
                    if not is_late(state, one.answers_to)
                ]
                if not said:
                    return await self._runner.tapped_late(guest)
                # Written in one go, so it is read as one text.
                text = "\n".join(letter.text for letter in said)[:TEXT_LIMIT]
                return await self._runner.converse(
                    guest, text, said[0].id, has_read=_has_read(state, said)
                )
            case "other":
                text = await self._runner.phrase(guest, Phrase.ONLY_TEXT)
                return Reply(text=text, waits_for=kept.waits)
            case "pms_is_back":
                return await self._runner.pms_is_back(guest)
            case "check_booking":
                return await self._runner.check_booking(guest)


def _kind(letter: Letter) -> Kind:
    return letter.kind


def _last_taps(letters: Sequence[Letter]) -> list[Letter]:
    """Of several taps beneath one question take the last one."""
    last = {letter.answers_to: letter.id for letter in letters if letter.answers_to}
    return [one for one in letters if last.get(one.answers_to, one.id) == one.id]


def _has_read(state: State, said: Sequence[Letter]) -> bool:
    """Tell whether the guest had been shown what is open, when this was said."""
    question = answered_by(state)
    return not question or any(question in (one.answers_to, one.read) for one in said)


def _asking(letters: Sequence[Letter]) -> list[Letter]:
    """Leave out photos and the like where something else can be answered."""
    rest = [letter for letter in letters if letter.kind != "other"]
    return rest or list(letters)


def _one(replies: Sequence[Reply]) -> Reply:
    """Make one reply of several; where the conversation stands, the last one knows."""
    return Reply(
        text="\n\n".join(reply.text for reply in replies if reply.text),
        choices=replies[-1].choices,
        waits_for=replies[-1].waits_for,
        lang=replies[-1].lang,
    )
