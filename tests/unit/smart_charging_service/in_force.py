"""What a charge point lets through by a profile that it holds."""

from datetime import datetime
from typing import Any

from ocn.ocpi.timestamps import parse_datetime


def in_force(profile: dict[str, Any], now: datetime) -> float:
    begin = parse_datetime(profile["start_date_time"])
    passed = (now - begin).total_seconds()
    return float(
        [each["limit"] for each in profile["charging_profile_period"] if each["start_period"] <= passed][-1]
    )
