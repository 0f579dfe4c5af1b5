"""A clock that may be put back, and what is to be done then."""

from collections.abc import Callable
from datetime import datetime, timedelta


class SteadyClock:
    """Reads a clock, and tells when it shows an earlier time than it did (or than ``known``).

    Whoever waits until a moment would otherwise wait longer by as much as the clock was put back.
    """

    def __init__(
        self, clock: Callable[[], datetime], known: datetime | None, put_back: Callable[[timedelta], None]
    ) -> None:
        self._clock = clock
        self._last = known
        self._put_back = put_back

    def __call__(self) -> datetime:
        """Return the time; what has to do with earlier readings is set right before."""
        now, last = self._clock(), self._last
        self._last = now
        if last is not None and now < last:
            self._put_back(last - now)
        return now
