"""How often one CPO is asked: less often when it says so, hardly when it does not answer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.settings import DispatchSettings, backed_off

_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Pace:
    """What a CPO's answers have led to so far."""

    interval: timedelta = _NONE
    """Between two messages to one of its sessions."""
    since: datetime | None = None
    """When the interval changed last, or the CPO last said TOO_OFTEN."""
    counted: int = 0
    """The last message that was sent when it was doubled; what the CPO says of earlier ones is no news."""
    unanswered: int = 0
    """Messages in a row without an answer."""
    down_until: datetime | None = None

    def too_often(self, number: int, newest: int, now: datetime, settings: DispatchSettings) -> "Pace":
        """Double the interval: once for all messages that were sent before it was doubled."""
        if number <= self.counted:
            return self
        doubled = max(settings.first_interval, self.interval * 2)
        return replace(self, interval=min(settings.longest_interval, doubled), since=now, counted=newest)

    def quieter(self, now: datetime, settings: DispatchSettings) -> "Pace":
        """Halve the interval after a while without TOO_OFTEN."""
        pace = self
        while pace.interval > _NONE and pace.since is not None:
            calm = pace.since + pace.interval * settings.quiet_intervals
            if now < calm:
                break
            half = pace.interval / 2
            pace = replace(pace, interval=half if half >= settings.first_interval else _NONE, since=calm)
        return pace

    def no_answer(self, now: datetime, settings: DispatchSettings) -> "Pace":
        """Count a message without an answer; after some, nothing is sent for a while."""
        count = self.unanswered + 1
        if count < settings.down_after:
            return replace(self, unanswered=count)
        wait = backed_off(settings.first_retry, count - settings.down_after + 1, settings.longest_retry)
        return replace(self, unanswered=count, down_until=now + wait)

    def answer(self) -> "Pace":
        """The CPO is there."""
        return self if not self.unanswered else replace(self, unanswered=0, down_until=None)

    def is_down(self, now: datetime) -> bool:
        """Whether nothing is to be sent."""
        return self.down_until is not None and now < self.down_until

    def put_back(self, by: timedelta) -> "Pace":
        """Return it as a clock tells of it that was put back by so much."""
        since, until = (None if each is None else each - by for each in (self.since, self.down_until))
        return replace(self, since=since, down_until=until)

    @property
    def is_probed(self) -> bool:
        """Whether it did not answer of late, so that one message has to show whether it does again."""
        return self.down_until is not None

    def free_at(self, last: datetime | None) -> datetime | None:
        """Return when a session may be sent to again that was sent to last then; None: at any time."""
        return None if last is None or self.interval <= _NONE else last + self.interval
