"""How courses are sent: what counts as a change, how long messages live, when it is tried again."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """All of it."""

    tolerance_steps: int = 5
    """So many steps more or less are no change: 0.5 A, or 500 W of direct current."""
    near: timedelta = timedelta(minutes=30)
    """Only changes that take hold so soon are sent, and with them whatever is meant for later."""
    most_periods: int = 16
    """Of one profile."""
    at_once: int = 8
    """Messages to one CPO whose answers are awaited at the same time."""
    result_s: float = 60.0
    """How long ``follow`` waits for a result; it still counts if it comes later."""
    may_arrive: timedelta = timedelta(minutes=5)
    """How long after it was sent a message without an answer may still take effect."""
    echo: timedelta = timedelta(seconds=30)
    """How long after it was sent a message with a result may take effect again, if something doubles it."""
    first_retry: timedelta = timedelta(seconds=30)
    """After a first failure; every further one doubles it."""
    longest_retry: timedelta = timedelta(minutes=10)
    first_interval: timedelta = timedelta(minutes=1)
    """Between messages to one session after a first TOO_OFTEN of its CPO; every further one doubles it."""
    longest_interval: timedelta = timedelta(minutes=30)
    quiet_intervals: int = 4
    """After so many intervals without TOO_OFTEN the interval is halved, below the first it ends."""
    down_after: int = 3
    """After so many messages in a row without an answer a CPO is asked by one message at a time."""


USUAL_DISPATCH = DispatchSettings()


def backed_off(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    """Return how long to wait after so many failures in a row, of which there is at least one."""
    doubled: int = 2 ** min(failures - 1, 16)
    return min(longest, first * doubled)
