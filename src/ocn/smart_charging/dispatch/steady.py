"""A clock that may be put back or forward, and what is to be done then."""

from collections.abc import Callable
from datetime import datetime, timedelta

_UNNOTICED = timedelta(seconds=2)
"""Clocks run a little apart, and how far a CPO's is off is known to the second."""


class SteadyClock:
    """Reads a clock, and tells by how much it was put back, negative where it was put forward.

    Whoever waits until a moment would otherwise wait longer by as much as the clock was put back. If it is
    put forward, a message that was sent a moment ago would seem to be one that cannot arrive any more.

    ``known`` is a time that it has shown before. ``elapsed`` counts seconds, wherever the clock is put; where
    there is none, it is not noticed that the clock is put forward.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        known: datetime | None,
        put_back: Callable[[timedelta], None],
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        self._clock = clock
        self._last = known
        self._put_back = put_back
        self._elapsed = elapsed
        self._read_at: float | None = None

    def __call__(self) -> datetime:
        """Return the time; what has to do with earlier readings is set right before."""
        now, last, passed = self._clock(), self._last, self._passed()
        self._last = now
        if last is None:
            return now
        expected = last + (passed or timedelta(0))
        if now < last or (passed is not None and now > expected + _UNNOTICED):
            self._put_back(expected - now)
        return now

    def _passed(self) -> timedelta | None:
        """How long ago it was read; None: unknown."""
        if self._elapsed is None:
            return None
        before, self._read_at = self._read_at, self._elapsed()
        return None if before is None else timedelta(seconds=max(0.0, self._read_at - before))
