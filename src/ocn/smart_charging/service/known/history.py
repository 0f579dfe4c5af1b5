"""Past sessions of a site, and what they let expect: how long cars stay, what they take, who comes when."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.planning.crowds import Arrival, arrival_of
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.service.known.stays import Stay

_ENOUGH = 3
"""So few sessions at least make a median worth more than an assumption."""
_LEAST_STAY, _LONGEST_STAY = timedelta(minutes=5), timedelta(days=14)
_LEAST_KWH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Past:
    """A session that is over; nothing in it says whose it was."""

    site: str
    evse: str
    begin: datetime
    end: datetime
    kwh: Decimal

    @classmethod
    def of(cls, stay: Stay, site: str, evse: str) -> "Past | None":
        """Remember a session that is over; None where there is nothing to learn from it."""
        end = stay.end or stay.updated
        if not _LEAST_STAY <= end - stay.begin <= _LONGEST_STAY or stay.kwh < _LEAST_KWH:
            return None
        return cls(site, evse, stay.begin, end, stay.kwh)

    def as_json(self) -> JsonObject:
        """Write what :func:`past_from_json` reads."""
        return {
            "site": self.site,
            "evse": self.evse,
            "start_date_time": format_datetime(self.begin),
            "last_updated": format_datetime(self.end),
            "kwh": self.kwh,
        }


def past_from_json(kept: JsonObject) -> Past:
    """Read what :meth:`Past.as_json` wrote."""
    return Past(
        str(kept["site"]),
        str(kept["evse"]),
        parse_datetime(kept["start_date_time"]),
        parse_datetime(kept["last_updated"]),
        Decimal(kept["kwh"]),
    )


@dataclass(frozen=True, slots=True)
class Typical:
    """How cars usually stay at one site, by the weekday on which they come."""

    zone: ZoneInfo
    past: tuple[Past, ...]

    @classmethod
    def of(cls, zone: ZoneInfo, past: Iterable[Past]) -> "Typical":
        """Begin with what is remembered."""
        return cls(zone, tuple(past))

    def departure(self, begin: datetime, now: datetime) -> datetime | None:
        """Return when a car that came then usually leaves, given that it is still there; None: unknown."""
        stayed = now - begin
        longer = [each for each in self._alike(begin) if each.end - each.begin > stayed]
        if len(longer) < _ENOUGH:
            return None
        return begin + timedelta(seconds=median((each.end - each.begin).total_seconds() for each in longer))

    def kwh(self, begin: datetime) -> float | None:
        """Return what a car that came then usually takes; None: unknown."""
        alike = self._alike(begin)
        return float(median(each.kwh for each in alike)) if len(alike) >= _ENOUGH else None

    def _alike(self, begin: datetime) -> Sequence[Past]:
        """Sessions begun on the same weekday, or all of them where those are too few."""
        weekday = begin.astimezone(self.zone).weekday()
        same = [each for each in self.past if each.begin.astimezone(self.zone).weekday() == weekday]
        return same if len(same) >= _ENOUGH else self.past


def arrivals(
    past: Iterable[Past],
    slot: Callable[[datetime], float],
    outlet: Callable[[str], Outlet | None],
    units_kw: Sequence[float],
) -> list[Arrival]:
    """Return past sessions as the planner learns from them; those at EVSEs that are gone are left out."""
    found = []
    for each in past:
        at = outlet(each.evse)
        if at is not None:
            seen = Seen("", slot(each.begin), slot(each.end), float(each.kwh), 0.0, at)
            found.append(arrival_of(seen, units_kw))
    return found
