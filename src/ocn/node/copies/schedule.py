"""When to try again: exponentially later, with jitter, so that what failed at once does not come at once."""

import random
from dataclasses import dataclass
from datetime import timedelta

_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Schedule:
    """Delays from ``first`` on, doubled each time up to ``longest``; each half of it or more."""

    first: timedelta
    longest: timedelta

    def delay(self, failures: int) -> timedelta:
        """Return how long to wait after that many failures in a row, one or more."""
        doubled: int = 2 ** min(failures - 1, _MOST_DOUBLINGS)
        whole = min(self.longest, self.first * doubled)
        return whole * random.uniform(0.5, 1.0)
