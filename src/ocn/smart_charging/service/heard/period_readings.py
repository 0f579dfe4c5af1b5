"""What a meter showed when charging periods began: between two updates a car may have waited, then drawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from ocn.ocpi.timestamps import read_datetime
from ocn.smart_charging.numbers import number
from ocn.smart_charging.service.known.stays import Reading

_MOST_PERIODS_READ = 200
_ROUNDED = Decimal("0.01")
"""By so many kWh the energy of periods may miss what the meter counted."""


def readings_from(periods: object, last: Reading, now: Reading) -> tuple[Reading, ...]:
    """Return the readings between two others that follow from when periods began, and from their ENERGY.

    It is counted back from the newest. Before a period that does not say both, nothing follows; where
    periods took more than was counted, nothing at all.
    """
    found: list[Reading] = []
    for period in reversed(periods[-_MOST_PERIODS_READ:] if isinstance(periods, list) else []):
        begin, energy = _began_and_took(period)
        after = found[-1] if found else now
        if begin is None or energy is None or not last.at < begin <= after.at:
            break
        if begin == after.at and not energy:
            continue  # one that has just begun
        counted = after.kwh - energy
        if counted < last.kwh - _ROUNDED or begin == after.at:
            return ()
        found.append(Reading(begin, max(counted, last.kwh)))
    return tuple(reversed(found))


def _began_and_took(period: object) -> tuple[datetime | None, Decimal | None]:
    if not isinstance(period, dict):
        return None, None
    return read_datetime(period.get("start_date_time")), _energy(period.get("dimensions"))


def _energy(dimensions: object) -> Decimal | None:
    told: Sequence[Any] = dimensions if isinstance(dimensions, list) else []
    for each in told:
        if isinstance(each, Mapping) and each.get("type") == "ENERGY":
            volume = number(each.get("volume"))
            return volume if volume is not None and volume >= 0 else None
    return None
