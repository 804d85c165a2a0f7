"""
Time that is turned: a day of real processes on real sockets in a minute.

The clock of a loop stands still while anything is left to do, and jumps to the next
timer once nothing is. One loop leads, and that of one other process may follow it over
a socket pair: the leader says what time it is, the follower does all that is to be done
by then and answers with its own next timer. So work takes no time, waiting takes no
work, and the same seed gives the same day. What the loopback has taken from a writer it
has given to the reader: nothing is under way between two that are idle.
"""

from __future__ import annotations

import asyncio
import math
import os
import selectors
import socket
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.clock import SystemClock

# Where all clocks begin: a Tuesday's midnight.
EPOCH = datetime(2026, 11, 24, tzinfo=UTC)

# How a follower exits without its leader.
LEFT_ALONE = 3

_TIME = struct.Struct("!d")
Ready = list[tuple[selectors.SelectorKey, int]]


@dataclass(slots=True)
class Dial:
    """What time it is, in seconds since `EPOCH`."""

    seconds: float = 0.0


class TurnedClock(SystemClock):
    """A system clock that shows a dial; loops of the same dial time its sleeps."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial

    def monotonic(self) -> float:
        """Return the dial's seconds."""
        return self._dial.seconds

    def wall(self) -> datetime:
        """Return the dial's time of day."""
        return EPOCH + timedelta(seconds=self._dial.seconds)


class TurnedLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers go by a dial."""

    def __init__(self, dial: Dial, selector: selectors.BaseSelector) -> None:
        self._dial = dial
        super().__init__(selector)

    def time(self) -> float:
        """Return the dial's seconds."""
        return self._dial.seconds


class LeadingSelector(selectors.DefaultSelector):
    """
    Turns the dial where nobody has anything left to do.

    Raises:
        ChildProcessError: in `select`, where the follower has ended.

    """

    def __init__(self, dial: Dial) -> None:
        super().__init__()
        self._dial = dial
        self.follower: socket.socket | None = None

    def select(self, timeout: float | None = None) -> Ready:
        """Return what is ready, or nothing once the timer is due on the dial."""
        ready = super().select(0)
        if ready or _is_over(timeout):
            return ready
        until = _due(self._dial, timeout)
        while True:
            due = min(until, self._followers_due())
            ready = super().select(0)
            if ready or until <= self._dial.seconds:
                return ready
            if due == math.inf:
                # Only the world outside can go on: with a signal.
                return super().select(None)
            self._dial.seconds = due

    def _followers_due(self) -> float:
        """Tell the follower the time; once it is idle, it says what it waits for."""
        if self.follower is None:
            return math.inf
        self.follower.sendall(_TIME.pack(self._dial.seconds))
        answer = self.follower.recv(_TIME.size, socket.MSG_WAITALL)
        if len(answer) < _TIME.size:
            raise ChildProcessError("The process on the replay's time has ended.")
        due: float = _TIME.unpack(answer)[0]
        return due


class FollowingSelector(selectors.DefaultSelector):
    """
    Lets the leader turn the dial.

    Once the leader is gone, however it went, the process ends at once: nobody is left
    to serve, and nobody could turn the time.
    """

    def __init__(self, dial: Dial, leader: socket.socket) -> None:
        super().__init__()
        self._dial = dial
        self._leader = leader
        self._owes_word = False
        self.register(leader, selectors.EVENT_READ)

    def select(self, timeout: float | None = None) -> Ready:
        """Return what is ready, or nothing once the timer is due on the dial."""
        ready = self._poll(0)
        if ready or _is_over(timeout):
            return ready
        until = _due(self._dial, timeout)
        while not ready and until > self._dial.seconds:
            if self._owes_word:
                self._leader.sendall(_TIME.pack(until))
                self._owes_word = False
            ready = self._poll(None)
        return ready

    def _poll(self, timeout: float | None) -> Ready:
        """Look what is ready; the leader's word is heard before anything else."""
        ready = super().select(timeout)
        others = [one for one in ready if one[0].fileobj is not self._leader]
        if len(others) < len(ready):
            self._hear()
        return others

    def _hear(self) -> None:
        said = self._leader.recv(_TIME.size, socket.MSG_WAITALL)
        if len(said) < _TIME.size:
            os._exit(LEFT_ALONE)
        self._dial.seconds = _TIME.unpack(said)[0]
        self._owes_word = True


def _is_over(timeout: float | None) -> bool:
    return timeout is not None and timeout <= 0


def _due(dial: Dial, timeout: float | None) -> float:
    return math.inf if timeout is None else dial.seconds + timeout
