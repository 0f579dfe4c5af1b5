"""How a CPO answers a driver's charging preferences (OCPI 2.2.1 mod_sessions)."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.objects import ChargingPreferences
from ocn.ocpi.timestamps import parse_datetime
from ocn.party.request import Request
from ocn.simulation.clock import Clock
from ocn.simulation.cpo.operations import Operations
from ocn.simulation.cpo.running_session import RunningSession

CAPABLE = "CHARGING_PREFERENCES_CAPABLE"
_TYPES = frozenset({"CHEAP", "FAST", "GREEN", "REGULAR"})
_SERVED = _TYPES - {"GREEN"}
"""Where its energy is from, a site like this does not know."""
_NEEDS_NOTHING = "FAST"
_MOST_KWH = Decimal(1000)
_WH = 1000
_HOUR_S = 3600


class Preferences:
    """The handler. ``known`` has what was accepted, by session: the last word of each driver."""

    def __init__(self, operations: Operations, clock: Clock) -> None:
        self.known: dict[str, ChargingPreferences] = {}
        self._operations = operations
        self._clock = clock

    async def set_charging_preferences(
        self, request: Request, session_id: str, preferences: ChargingPreferences
    ) -> str:
        """Answer the eMSP of a running session.

        Raises:
            UnknownObject: it has no such session.
            InvalidParameters: they are malformed.
        """
        session = self._operations.stop(request.sender, session_id)
        if session is None:
            raise UnknownObject(f"no session {session_id[:36]} of {request.sender} is running")
        answer = self._answer(session, preferences)
        if answer == "ACCEPTED":
            self.known[session_id] = preferences
        return answer

    def _answer(self, session: RunningSession, preferences: ChargingPreferences) -> str:
        profile, departure, need = _read(preferences)
        if CAPABLE not in session.facts.evse["capabilities"]:
            return "NOT_POSSIBLE"
        if profile not in _SERVED:
            return "PROFILE_TYPE_NOT_SUPPORTED"
        if profile != _NEEDS_NOTHING:
            if departure is None:
                return "DEPARTURE_REQUIRED"
            if need is None:
                return "ENERGY_NEED_REQUIRED"
        return "ACCEPTED" if self._is_possible(session, departure, need) else "NOT_POSSIBLE"

    def _is_possible(self, session: RunningSession, departure: datetime | None, need: Decimal | None) -> bool:
        """Whether this socket at full power, from now on, could give so much by then."""
        if departure is None:
            return True
        seconds = (departure - self._clock.now()).total_seconds()
        most_wh = Decimal(session.facts.connector["max_electric_power"]) * int(seconds) / _HOUR_S
        return seconds > 0 and (need is None or need * _WH <= most_wh)


def _read(preferences: ChargingPreferences) -> tuple[str, datetime | None, Decimal | None]:
    profile, departure = preferences.get("profile_type"), preferences.get("departure_time")
    if not isinstance(profile, str) or profile not in _TYPES:
        raise InvalidParameters(f"profile_type must be one of {', '.join(sorted(_TYPES))}")
    try:
        leaves = None if departure is None else parse_datetime(departure)
    except (ValueError, TypeError) as error:
        raise InvalidParameters("departure_time is not a DateTime") from error
    return profile, leaves, _kwh(preferences.get("energy_need"))


def _kwh(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        need = Decimal(str(value))
    except InvalidOperation as error:
        raise InvalidParameters("energy_need is not a number") from error
    if isinstance(value, bool) or not need.is_finite() or not 0 < need <= _MOST_KWH:
        raise InvalidParameters(f"energy_need must be above 0 and at most {_MOST_KWH} kWh")
    return need
