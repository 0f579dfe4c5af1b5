"""What a driver wants of smart charging, as the eMSP tells the CPO, and this party by a copy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ocn.ocpi.timestamps import format_datetime, parse_datetime, read_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.numbers import number, shown

PROFILES = ("CHEAP", "FAST", "GREEN", "REGULAR")
_MOST_KWH = Decimal(1000)
_LONGEST = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Preferences:
    """ChargingPreferences as far as they make sense; None where they say nothing usable."""

    by: str
    """The eMSP that sent them."""
    received: datetime
    profile: str = "REGULAR"
    departure: datetime | None = None
    """In real time."""
    need_kwh: Decimal | None = None

    def on_clock(self, ahead: timedelta) -> "Preferences":
        """Return them as a clock shows it that is ahead of real time by so much."""
        return self if self.departure is None else replace(self, departure=self.departure + ahead)

    def as_json(self) -> JsonObject:
        """Write what :func:`preferences_from_json` reads."""
        return {
            "by": self.by,
            "last_updated": format_datetime(self.received),
            "profile_type": self.profile,
            **({} if self.departure is None else {"departure_time": format_datetime(self.departure)}),
            **({} if self.need_kwh is None else {"energy_need": self.need_kwh}),
        }


def read_preferences(members: Mapping[str, Any], by: str, now: datetime) -> tuple[Preferences, list[str]]:
    """Read them as they were sent, and say what of them cannot be used."""
    faults: list[str] = []
    profile, departure, need = (
        members.get(name) for name in ("profile_type", "departure_time", "energy_need")
    )
    if profile not in PROFILES:
        faults.append(f"profile_type {shown(profile)} is none of OCPI's; taken for REGULAR")
        profile = "REGULAR"
    leaves = read_datetime(departure)
    if departure is not None and (leaves is None or not now - _LONGEST <= leaves <= now + _LONGEST):
        faults.append(f"departure_time {shown(departure)} cannot be meant; it is assumed instead")
        leaves = None
    kwh = number(need)
    if need is not None and (kwh is None or not 0 < kwh <= _MOST_KWH):
        faults.append(f"energy_need {shown(need)} cannot be meant; it is assumed instead")
        kwh = None
    return Preferences(by, now, str(profile), leaves, kwh), faults


def preferences_from_json(kept: JsonObject) -> Preferences:
    """Read what :meth:`Preferences.as_json` wrote."""
    departure, need = kept.get("departure_time"), kept.get("energy_need")
    return Preferences(
        str(kept["by"]),
        parse_datetime(kept["last_updated"]),
        str(kept["profile_type"]),
        None if departure is None else parse_datetime(departure),
        None if need is None else Decimal(need),
    )
