"""A charging profile: what power is allowed when (OCPI 2.2.1 mod_charging_profiles)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.objects import ActiveChargingProfile
from ocn.ocpi.objects import ChargingProfile as ChargingProfileObject
from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.simulation.car import MAX_POWER_W
from ocn.simulation.fleet import PHASES, VOLTAGE

_WATTS_PER_UNIT = {"W": Decimal(1), "A": Decimal(VOLTAGE * PHASES)}


@dataclass(frozen=True, slots=True)
class ChargingProfile:
    """A profile ready to be asked. ``periods`` are (seconds since start, watts), in ascending order."""

    start: datetime | None
    duration: timedelta | None
    periods: tuple[tuple[int, Decimal], ...]

    @classmethod
    def from_object(cls, profile: object) -> "ChargingProfile":
        """Read the OCPI object.

        Raises:
            InvalidParameters: a member is missing or malformed, or the periods do not start at 0 and rise.
        """
        try:
            return cls._read(profile)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise InvalidParameters(f"the charging_profile is malformed: {error}") from error

    @classmethod
    def _read(cls, profile: object) -> "ChargingProfile":
        if not isinstance(profile, dict):
            raise TypeError("not an object")
        watts = _WATTS_PER_UNIT[profile["charging_rate_unit"]]
        periods = tuple(
            (int(period["start_period"]), Decimal(str(period["limit"])) * watts)
            for period in profile["charging_profile_period"]
        )
        offsets = [offset for offset, _ in periods]
        if not offsets or offsets[0] != 0 or offsets != sorted(set(offsets)):
            raise ValueError("charging_profile_period must start at 0 and rise")
        if any(not limit.is_finite() or limit < 0 for _, limit in periods):
            raise ValueError("a limit must be 0 or more")
        start, duration = profile.get("start_date_time"), profile.get("duration")
        return cls(
            None if start is None else parse_datetime(start),
            None if duration is None else timedelta(seconds=int(duration)),
            periods,
        )

    @classmethod
    def unlimited(cls) -> "ChargingProfile":
        """No limit at any time."""
        return cls(None, timedelta(0), ((0, MAX_POWER_W),))

    def allowed_w(self, at: datetime, charging_since: datetime) -> Decimal | None:
        """Return the limit at a moment; None where the profile does not speak."""
        passed = at - (self.start or charging_since)
        if passed < timedelta(0) or (self.duration is not None and passed >= self.duration):
            return None
        return next(
            (limit for offset, limit in reversed(self.periods) if passed >= timedelta(seconds=offset)), None
        )

    def active(self, charging_since: datetime, now: datetime, horizon: timedelta) -> ActiveChargingProfile:
        """Describe what applies from now on for ``horizon``, in watts (OCPI's ActiveChargingProfile)."""
        start = self.start or charging_since
        edges = [start + timedelta(seconds=offset) for offset, _ in self.periods]
        if self.duration is not None:
            edges.append(start + self.duration)
        moments = [now, *(edge for edge in edges if now < edge < now + horizon)]
        limits = [self.allowed_w(moment, charging_since) for moment in moments]
        profile: ChargingProfileObject = {
            "start_date_time": format_datetime(now),
            "duration": int(horizon.total_seconds()),
            "charging_rate_unit": "W",
            "charging_profile_period": [
                {
                    "start_period": int((moment - now).total_seconds()),
                    "limit": MAX_POWER_W if limit is None else limit,
                }
                for moment, limit in zip(moments, limits, strict=True)
            ],
        }
        return {"start_date_time": format_datetime(now), "charging_profile": profile}
