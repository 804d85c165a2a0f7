"""Performs what the dialogue asks for, and feeds the results back as events."""

from __future__ import annotations

import hashlib
import uuid
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

import structlog

from agent.dialogue.choice import chosen, named_in_part, uncommon
from agent.dialogue.cues import (
    asks_what_is_free,
    changes_a_booking,
    finds_it_dear,
    is_a_name,
    is_of_no_language,
    keeps_booking,
    picked,
    says_a_name,
    says_bye,
    says_thanks,
    starts_over,
    wants_no_word,
    wants_none,
    wants_same_dates,
    wants_several_rooms,
    wants_time,
    wants_to_be_told,
)
from agent.dialogue.step import step
from agent.messages import (
    AskBreaker,
    AskPms,
    Book,
    BreakerTold,
    CheckBooking,
    CheckIsDue,
    Days,
    GuestWrote,
    HandOff,
    Intent,
    NotifyWhenBack,
    Offer,
    PmsIsBack,
    Reply,
    Say,
    ShowKinds,
    Summarise,
    TappedLate,
    TellBooked,
    TooLong,
    Understood,
)
from agent.replies.choices import choices
from agent.replies.render import render
from agent.serving.turn import Turn
from agent.understanding.validation import checked

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from agent.clock import Clock
    from agent.dialogue.step import State
    from agent.messages import (
        Effect,
        Event,
        Guest,
        Phrase,
        Understander,
        Waits,
    )
    from agent.ports import Bookings, Conversation, Conversations, Pms

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(slots=True)
class _Course:
    """A turn under way."""

    guest: Guest
    held: Conversation
    now: datetime
    effects: list[Effect] = field(default_factory=list["Effect"])
    said: list[str] = field(default_factory=list[str])


class Runner:
    """Plays the turns of all guests."""

    def __init__(
        self,
        pms: Pms,
        bookings: Bookings,
        conversations: Conversations,
        *,
        understander: Understander,
        zone: tzinfo,
        clock: Clock,
        default_nights: int = 1,
    ) -> None:
        self._pms = pms
        self._bookings = bookings
        self._understander = understander
        self._conversations = conversations
        self._zone = zone
        self._clock = clock
        self._default_nights = default_nights

    async def converse(
        self,
        guest: Guest,
        text: str,
        message_id: str | None = None,
        *,
        has_read: bool = True,
    ) -> Reply:
        """
        Return the reply to a guest's text.

        `message_id` is the channel's, the same on every delivery: a booking that the
        text says yes to is made once for it. Without one each text is another. Not
        `has_read`: it was written before the question that is open was shown.
        """
        return (await self.turn(guest, text, message_id, has_read=has_read)).reply

    async def turn(
        self,
        guest: Guest,
        text: str,
        message_id: str | None = None,
        *,
        has_read: bool = True,
    ) -> Turn:
        """Play the turn of a guest's text."""
        async with self._conversations.turn(guest) as held:
            now = self._now()
            understood = self.understood(text, held.state, now)
            taken = chosen(text, held.state.offered)
            if taken is not None or is_a_name(text, held.state.offered):
                # "La segunda" is a place in the list and no Monday, a room's name no
                # small talk, when the room on the table is tapped again either.
                understood = Understood(
                    intent=Intent.AVAILABILITY, lang=understood.lang
                )
            event = GuestWrote(
                understood=understood,
                key=_key(guest, message_id or uuid.uuid4().hex),
                has_read=has_read,
                picked=taken or _named(text, understood, held.state),
                naming=uncommon(text),
                default_nights=self._default_nights,
                starts_over=starts_over(text),
                says_thanks=says_thanks(text),
                says_bye=says_bye(text),
                finds_it_dear=finds_it_dear(text),
                wants_several_rooms=wants_several_rooms(text),
                wants_same_dates=wants_same_dates(text),
                wants_to_be_told=wants_to_be_told(text),
                wants_no_word=wants_no_word(text),
                wants_time=wants_time(text),
                wants_none=wants_none(text),
                keeps_booking=keeps_booking(text),
                asks_what_is_free=asks_what_is_free(text),
                says_a_name=says_a_name(text),
                changes_a_booking=changes_a_booking(text),
            )
            return await self._play(_Course(guest, held, now), event)

    async def tapped_late(self, guest: Guest) -> Reply:
        """Answer a tap on what is not open any more; nothing is done of it."""
        return await self._unasked(guest, TappedLate())

    async def check_booking(self, guest: Guest) -> Reply:
        """
        Look what became of a guest's booking whose outcome was unknown.

        `guest` is as it was when the booking was sent, its name too. The text is empty
        while there is no news; `waits_for` says whether to look again.
        """
        return await self._unasked(guest, CheckIsDue())

    async def pms_is_back(self, guest: Guest) -> Reply:
        """Go on with a guest who waited for the PMS; empty if there is no need."""
        return await self._unasked(guest, PmsIsBack())

    async def phrase(self, guest: Guest, phrase: Phrase) -> str:
        """Say a phrase in the guest's language, apart from the conversation."""
        state = await self._conversations.state(guest)
        return render(Say(phrase=phrase), state.lang)

    def understood(self, text: str, state: State, now: datetime) -> Understood:
        """Understand a text where the conversation stands."""
        understood = self._understander.understand(
            text,
            now,
            state.expects,
            Days(arrival=state.slots.checkin, period=state.period),
        )
        if is_of_no_language(text) or is_a_name(text, state.offered):
            understood = replace(understood, lang=None)
        return checked(understood, now.date())

    async def _unasked(self, guest: Guest, event: Event) -> Reply:
        async with self._conversations.turn(guest) as held:
            turn = await self._play(_Course(guest, held, self._now()), event)
            return turn.reply

    def _now(self) -> datetime:
        return self._clock.wall().astimezone(self._zone)

    async def _play(self, course: _Course, event: Event) -> Turn:
        events = deque([event])
        while events:
            state, effects = step(course.held.state, events.popleft(), course.now)
            # Kept after every step: a turn cut short loses none of its slots, and a
            # booking is known before it is sent.
            await course.held.keep(state)
            for effect in effects:
                course.effects.append(effect)
                result = await self._perform(effect, course)
                if result is not None:
                    events.append(result)
        state = course.held.state
        reply = Reply(
            text="\n".join(course.said),
            choices=choices(state) if course.said else (),
            waits_for=waits_for(state),
            lang=state.lang,
        )
        return Turn(
            understood=event.understood if isinstance(event, GuestWrote) else None,
            state=state,
            effects=tuple(course.effects),
            reply=reply,
        )

    async def _perform(self, effect: Effect, course: _Course) -> Event | None:
        match effect:
            case Say() | Offer() | ShowKinds() | Summarise() | TooLong() | TellBooked():
                course.said.append(render(effect, course.held.state.lang))
            case AskPms():
                return await self._pms.search(effect.search)
            case AskBreaker():
                return BreakerTold(state=await self._pms.breaker())
            case Book():
                return await self._bookings.book(effect.quote, course.guest, effect.key)
            case CheckBooking():
                return await self._bookings.check(
                    effect.quote, course.guest, effect.key
                )
            case NotifyWhenBack():
                _log.info("guest.waits_for_pms", guest=shortened(course.guest))
            case HandOff():
                _hand_off(effect, course.guest)
            case _:
                assert_never(effect)
        return None


def shortened(guest: Guest) -> str:
    """Name a guest in a log by the last digits only."""
    return f"…{guest.address[-3:]}"


def _named(text: str, understood: Understood, state: State) -> int | None:
    """Return the room that a text names; a known type is no part of a name."""
    room = picked(text, state.offered)
    if room is None and understood.slots.room_type is None:
        return named_in_part(text, state.offered)
    return room


def _key(guest: Guest, message_id: str) -> str:
    # A message's id holds the guest's number: it is not to be read from the key.
    return hashlib.sha256(f"{guest.address}\n{message_id}".encode()).hexdigest()[:32]


def waits_for(state: State) -> Waits | None:
    """Tell what a guest is to be written to about, unasked."""
    if state.pending is not None:
        return "booking"
    return "pms" if state.waits_for_pms else None


def _hand_off(effect: HandOff, guest: Guest) -> None:
    slots = effect.slots
    _log.info(
        "guest.handed_off",
        guest=shortened(guest),
        reason=effect.reason,
        checkin=slots.checkin and str(slots.checkin),
        checkout=slots.checkout and str(slots.checkout),
        adults=slots.adults,
        children=slots.children,
        room_type=slots.room_type,
        reference=effect.reference,
    )
