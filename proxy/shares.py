"""
Each limited caller's own part of the places inside the PMS.

A caller takes one of its own places first and waits for it in a room of its own, so
that neither its calls nor its waiting take anything from the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from proxy.bulkhead import Bulkhead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy.bulkhead import BulkheadPolicy, Place
    from proxy.messages import Clock


class Share:
    """
    One of a caller's own places; of a caller without a limit, nothing.

    As a context it is given back at its end, unless it led to a place inside the PMS:
    then it is taken for as long as that place is.
    """

    def __init__(self, own: Place | None) -> None:
        self._own = own

    def __enter__(self) -> None:
        """Begin to use it."""

    def __exit__(self, *exc_info: object) -> None:
        """Give it back, where it led to nothing."""
        if self._own is not None:
            self._own.release()

    def leads_to(self, place: Place) -> None:
        """Be given back when `place` is free."""
        if self._own is not None:
            place.when_free = self._own.release
            self._own = None


class Shares:
    """Hands out the callers' own places; writes before reads, as the bulkhead does."""

    def __init__(
        self, places: Mapping[str, int], policy: BulkheadPolicy, clock: Clock
    ) -> None:
        self._own = {
            name: Bulkhead(replace(policy, places=count), clock, on_hang=lambda: None)
            for name, count in places.items()
        }
        self._places = places

    @property
    def waiting(self) -> int:
        """Calls that wait for a place of their caller's."""
        return sum(own.waiting for own in self._own.values())

    def places_of(self, caller: str) -> int:
        """Return how many places a caller with a limit has."""
        return self._places[caller]

    def take(self, caller: str) -> Share | None:
        """Take a share at once, or none where the caller has all of its places."""
        own = self._own.get(caller)
        if own is None:
            return Share(None)
        place = own.take()
        return None if place is None else Share(place)

    async def enter(self, caller: str, *, write: bool) -> Share:
        """
        Take a share, after waiting for it.

        Raises:
            Overloaded: too many of this caller's calls wait already, or too long.

        """
        own = self._own.get(caller)
        return Share(None if own is None else await own.enter(write=write))

    def turn_away(self) -> None:
        """Let nobody wait any longer: the PMS hangs."""
        for own in self._own.values():
            own.turn_away()

    def shut(self) -> None:
        """Admit nobody any more: the process ends."""
        for own in self._own.values():
            own.shut()
