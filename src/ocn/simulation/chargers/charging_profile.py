"""A charging profile: what power is allowed when (OCPI 2.2.1 mod_charging_profiles)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.objects import ActiveChargingProfile
from ocn.ocpi.objects import ChargingProfile as ChargingProfileObject
from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.simulation.chargers.car import MAX_POWER_W
from ocn.simulation.chargers.fleet import PHASES, VOLTAGE


@dataclass(frozen=True, slots=True)
class ChargingProfile:
    """A profile ready to be asked. ``periods`` are (seconds since start, watts), in ascending order.

    ``unit`` is that of the OCPI object; its amperes are those of each of the car's ``phases``.
    """

    start: datetime | None
    duration: timedelta | None
    periods: tuple[tuple[int, Decimal], ...]
    unit: str = "W"
    phases: int = PHASES

    @classmethod
    def from_object(cls, profile: object, phases: int = PHASES) -> "ChargingProfile":
        """Read the OCPI object, for a car that charges from so many phases.

        Raises:
            InvalidParameters: a member is missing or malformed, or the periods do not start at 0 and rise.
        """
        try:
            return cls._read(profile, phases)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise InvalidParameters(f"the charging_profile is malformed: {error}") from error

    @classmethod
    def _read(cls, profile: object, phases: int) -> "ChargingProfile":
        if not isinstance(profile, dict):
            raise TypeError("not an object")
        unit = profile["charging_rate_unit"]
        if unit not in ("W", "A"):
            raise ValueError("charging_rate_unit must be W or A")
        watts = _watts(unit, phases)
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
            unit,
            phases,
        )

    @classmethod
    def unlimited(cls) -> "ChargingProfile":
        """No limit at any time."""
        return cls(None, timedelta(0), ())

    def allowed_w(self, at: datetime, charging_since: datetime) -> Decimal | None:
        """Return the limit at a moment; None where the profile does not speak."""
        passed = at - (self.start or charging_since)
        if passed < timedelta(0) or (self.duration is not None and passed >= self.duration):
            return None
        return next(
            (limit for offset, limit in reversed(self.periods) if passed >= timedelta(seconds=offset)), None
        )

    def active(
        self, charging_since: datetime, now: datetime, horizon: timedelta, most_w: Decimal = MAX_POWER_W
    ) -> ActiveChargingProfile:
        """Describe what applies from now on for ``horizon``, in its unit (OCPI's ActiveChargingProfile).

        Where it does not speak, ``most_w`` is what the charge point allows.
        """
        start = self.start or charging_since
        edges = [start + timedelta(seconds=offset) for offset, _ in self.periods]
        if self.duration is not None:
            edges.append(start + self.duration)
        moments = [now, *(edge for edge in edges if now < edge < now + horizon)]
        limits = [self.allowed_w(moment, charging_since) for moment in moments]
        per_unit = _watts(self.unit, self.phases)
        profile: ChargingProfileObject = {
            "start_date_time": format_datetime(now),
            "duration": int(horizon.total_seconds()),
            "charging_rate_unit": self.unit,
            "charging_profile_period": [
                {
                    "start_period": int((moment - now).total_seconds()),
                    "limit": (most_w if limit is None else limit) / per_unit,
                }
                for moment, limit in zip(moments, limits, strict=True)
            ],
        }
        return {"start_date_time": format_datetime(now), "charging_profile": profile}


def _watts(unit: str, phases: int) -> Decimal:
    return Decimal(VOLTAGE * phases) if unit == "A" else Decimal(1)
