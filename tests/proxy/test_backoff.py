"""Facts of the back-off towards Redis."""

from __future__ import annotations

from itertools import islice

from proxy.fleet.backoff import delays_s


def test_the_pauses_double_up_to_half_a_minute() -> None:
    """A short outage is over soon, a long one is asked about twice a minute."""
    assert list(islice(delays_s(), 8)) == [1, 2, 4, 8, 16, 30, 30, 30]
