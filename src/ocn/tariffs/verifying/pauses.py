"""Parking that is billed while somebody else held the car at nothing.

The newer texts say that PARKING_TIME is time in which the vehicle asks for no power; a pause by smart
charging is none. Whoever relays charging profiles and CDRs can see both (OCPI 2.2.1 mod_charging_profiles).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from ocn.ocpi.timestamps import parse_datetime
from ocn.tariffs.errors import TariffError
from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Dimension
from ocn.tariffs.result import Priced

PARKING_WHILE_PAUSED: Final = "PARKING_WHILE_PAUSED"
MAX_PROFILES: Final = 10_000
MAX_STEPS: Final = 10_000
_FOREVER: Final = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class RelayedProfile:
    """A ChargingProfile as it was relayed, and when; it holds until the next one of the session."""

    received: datetime
    profile: JsonObject


@dataclass(frozen=True, slots=True)
class Pause:
    """From when until when a profile allowed no power at all."""

    start: datetime
    end: datetime


def parked_while_paused(priced: Priced, profiles: Sequence[RelayedProfile]) -> tuple[Finding, ...]:
    """Name the periods with priced parking in which a relayed profile was 0.

    Raises:
        TariffError: a profile cannot be read.
    """
    pauses = pauses_of(profiles)
    billed = {
        line.period
        for line in priced.lines
        if line.dimension is Dimension.PARKING_TIME and line.component is not None and line.component.price
    }
    return tuple(
        Finding(
            PARKING_WHILE_PAUSED,
            f"/charging_periods/{period.index}",
            "Parking is billed while a relayed charging profile held the car at 0.",
            Effect.WARNING,
        )
        for period in priced.record.session.periods
        if period.index in billed and _overlaps(period.start, period.end, pauses)
    )


def pauses_of(profiles: Sequence[RelayedProfile]) -> list[Pause]:
    """Return when nothing was allowed, in order of time."""
    if len(profiles) > MAX_PROFILES:
        raise TariffError(
            f"{len(profiles):,} charging profiles, more than the {MAX_PROFILES:,} that are read"
        )
    ordered = sorted(profiles, key=lambda relayed: relayed.received)
    ends = [later.received for later in ordered[1:]]
    ends += [last.received + _FOREVER for last in ordered[-1:]]
    found: list[Pause] = []
    for place, (relayed, end) in enumerate(zip(ordered, ends, strict=True)):
        found += _zeros(relayed, end, f"/{place}")
    return found


def _zeros(relayed: RelayedProfile, until: datetime, pointer: str) -> Iterator[Pause]:
    start = _start(relayed, pointer)
    duration = relayed.profile.get("duration")
    if duration is not None:
        until = min(until, start + timedelta(seconds=_seconds(duration, pointer + "/duration")))
    steps = [(start + timedelta(seconds=offset), limit) for offset, limit in _steps(relayed.profile, pointer)]
    for (begins, limit), (ends, _) in pairwise([*steps, (until, Decimal(0))]):
        first, last = max(begins, relayed.received), min(ends, until)
        if limit == 0 and first < last:
            yield Pause(first, last)


def _start(relayed: RelayedProfile, pointer: str) -> datetime:
    given = relayed.profile.get("start_date_time")
    if given is None:
        return relayed.received
    try:
        return parse_datetime(given if isinstance(given, str) else "")
    except ValueError as error:
        message = "the start of the charging profile is no DateTime"
        raise TariffError(message, pointer + "/start_date_time") from error


def _steps(profile: JsonObject, pointer: str) -> list[tuple[int, Decimal]]:
    pointer += "/charging_profile_period"
    given = profile.get("charging_profile_period")
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MAX_STEPS:
        raise TariffError(f"no list of at most {MAX_STEPS:,} periods of a charging profile", pointer)
    return sorted(_step(step, f"{pointer}/{place}") for place, step in enumerate(given))


def _step(step: JsonValue, pointer: str) -> tuple[int, Decimal]:
    limit = step.get("limit") if isinstance(step, dict) else None
    if not isinstance(step, dict) or isinstance(limit, bool) or not isinstance(limit, int | Decimal):
        raise TariffError("no period of a charging profile with a number as limit", pointer)
    return _seconds(step.get("start_period"), pointer + "/start_period"), Decimal(limit)


def _seconds(value: JsonValue, pointer: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10**9:
        raise TariffError("no whole number of seconds", pointer)
    return value


def _overlaps(start: datetime | None, end: datetime | None, pauses: Sequence[Pause]) -> bool:
    if start is None or end is None:
        return False
    return any(pause.start < end and start < pause.end for pause in pauses)
