"""How often a CPO is read: more often after that failed, for copies are late to come again, too."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.smart_charging.service.sites.served import ServiceSettings


@dataclass(slots=True)
class Rhythm:
    """Of one CPO."""

    settings: ServiceSettings
    tried: datetime | None = None
    failed: datetime | None = None
    """When it could not be read last."""
    unread_since: datetime | None = None
    """When it could not be read first, of all times since it could."""

    def due_in(self, now: datetime, *, asked: bool) -> timedelta:
        """Return how long to wait before it is read again; where it is asked for, less, but not nothing."""
        if self.tried is None:
            return timedelta(0)
        return self._wait(now, asked) - abs(now - self.tried)  # also where a clock was put back

    def went(self, now: datetime, *, well: bool) -> None:
        """It was read, or could not be."""
        if well:
            self.unread_since = None
        else:
            self.failed, self.unread_since = now, self.unread_since or now

    def _wait(self, now: datetime, asked: bool) -> timedelta:
        if asked:
            return self.settings.read_at_most_every
        every = self.settings.read_every
        has_failed = self.failed is not None and abs(now - self.failed) <= every
        return min(every, self.settings.read_again_every) if has_failed else every
