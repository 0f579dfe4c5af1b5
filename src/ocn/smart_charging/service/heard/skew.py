"""How far a CPO's clock is from ours.

What a party answers says when it was made (``timestamp`` in OCPI's envelope). The Date header does not tell:
every node on the way writes its own.
"""

from collections import deque
from datetime import datetime, timedelta
from statistics import median

from ocn.ocpi.timestamps import read_datetime

_MOST_LATENCY = timedelta(seconds=5)
"""An answer that took longer says too little about when it was made."""
_MOST_SKEW = timedelta(hours=24)
_KEPT = 5


class Skew:
    """One CPO's clock."""

    def __init__(self) -> None:
        self._measured: deque[timedelta] = deque(maxlen=_KEPT)

    @property
    def ahead(self) -> timedelta:
        """By how much it is ahead of ours; negative when it is behind, zero before it was measured."""
        seconds = [ahead.total_seconds() for ahead in self._measured]
        return timedelta(seconds=median(seconds)) if seconds else timedelta(0)

    def note(self, stamp: str | None, received: datetime, latency_s: float) -> None:
        """Learn from an answer; one that is late or makes no sense says nothing."""
        latency, made = timedelta(seconds=latency_s), read_datetime(stamp)
        if made is None or not timedelta(0) <= latency <= _MOST_LATENCY:
            return
        ahead = made - (received - latency / 2)
        if abs(ahead) <= _MOST_SKEW:
            self._measured.append(ahead)
