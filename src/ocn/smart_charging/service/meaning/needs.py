"""What a car needs and when it leaves: as its driver says, as usual at the site, or assumed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.smart_charging.service.known.history import Typical
from ocn.smart_charging.service.known.preferences import Preferences
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.view import Source

WEIGHTS = {"FAST": 3.0, "REGULAR": 1.0, "CHEAP": 0.7, "GREEN": 0.7}
"""What a kWh that a car lacks counts, where not everybody can have all."""
_ASSUMED_STAY = timedelta(hours=4)
_ASSUMED_KWH = 20.0
_STILL = timedelta(minutes=30)
"""A car that should have left by now is taken to leave after that, again and again."""
_OPEN_END_H = 0.5
"""Who said no need is never taken for full while it still draws: so long at full power is kept for it."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is planned for a car, and who says so."""

    profile: str
    departure: datetime
    departure_from: Source
    kwh: float
    """In all, from the beginning of the session."""
    kwh_from: Source

    @property
    def weight(self) -> float:
        """See :data:`WEIGHTS`."""
        return WEIGHTS[self.profile]

    @property
    def waits(self) -> bool:
        """Whether it may wait for cheaper hours: somebody said when it leaves, and does not want it fast."""
        return self.departure_from is Source.DRIVER and self.profile != "FAST"


def need_of(
    stay: Stay, preferences: Preferences | None, typical: Typical, most_kw: float, now: datetime
) -> Need:
    """Say what a car needs. A departure that is past, and one before the arrival, cannot be what is meant."""
    departure, departure_from = _departure(stay, preferences, typical, now)
    profile = preferences.profile if preferences else "REGULAR"
    if preferences is not None and preferences.need_kwh is not None:
        return Need(profile, departure, departure_from, float(preferences.need_kwh), Source.DRIVER)
    usual = typical.kwh(stay.begin)
    source = Source.ASSUMED if usual is None else Source.HISTORY
    least = float(stay.kwh) + most_kw * _OPEN_END_H
    return Need(profile, departure, departure_from, max(usual or _ASSUMED_KWH, least), source)


def _departure(
    stay: Stay, preferences: Preferences | None, typical: Typical, now: datetime
) -> tuple[datetime, Source]:
    if preferences is not None and preferences.departure is not None and preferences.departure > stay.begin:
        return max(preferences.departure, now), Source.DRIVER
    usual = typical.departure(stay.begin, now)
    if usual is not None:
        return usual, Source.HISTORY
    return max(stay.begin + _ASSUMED_STAY, now + _STILL), Source.ASSUMED
