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

    def is_due(self, now: datetime, *, asked: bool) -> bool:
        """Whether it is time to read it again; where it is asked for, sooner, but not again and again."""
        return self.tried is None or abs(now - self.tried) >= self._wait(
            now, asked
        )  # or a clock was put back

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
