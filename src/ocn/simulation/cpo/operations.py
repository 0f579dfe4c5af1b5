"""What a CPO's charge points may do: the rules for starting, stopping and reserving, and what is going on.

Knows neither network nor waiting. :class:`Refused` is for whoever sent a command; its message says why.
"""

from dataclasses import dataclass
from datetime import datetime

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.objects import Evse, Location, ReserveNow, StartSession, Token
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import parse_datetime
from ocn.ocpi.token_issuer import issuer_key
from ocn.simulation.billing.records import SessionFacts
from ocn.simulation.chargers.arrivals import AnyCar, Arrivals
from ocn.simulation.chargers.charge_points import ChargePoint, ChargePoints
from ocn.simulation.chargers.fleet import Fleet, build_fleet
from ocn.simulation.chargers.reservations import Reservation, ReservationBook
from ocn.simulation.clock import AcceleratedClock, Clock
from ocn.simulation.cpo.bills import Bills
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.errors import Refused


@dataclass(frozen=True, slots=True)
class StatusChange:
    """An EVSE has another status than before."""

    location: Location
    evse: Evse


class Operations:
    """Charge points, reservations, sessions and bills of one CPO. ``speed`` is that of time at the meter.

    ``hired`` are planners that may read and limit every session, beside the eMSP of each.
    """

    def __init__(
        self,
        cpo: PartyId,
        clock: Clock,
        *,
        speed: int = 1,
        fleet: Fleet | None = None,
        arrivals: Arrivals | None = None,
        hired: frozenset[PartyId] = frozenset(),
    ) -> None:
        self.cpo = cpo
        self.hired = hired
        self.points = ChargePoints(fleet or build_fleet(cpo))
        self.running: dict[str, RunningSession] = {}
        self.bills = Bills(clock)
        self._reservations = ReservationBook()
        self._arrivals = arrivals or AnyCar(cpo)
        self._clock = clock
        self._speed = speed

    def start(self, emsp: PartyId, command: StartSession) -> RunningSession:
        """Plug a car in; its EVSE is CHARGING from now on.

        Raises:
            Refused: no such EVSE or connector, or it is taken or kept for somebody else.
            InvalidParameters: the command lacks something.
        """
        now = self._clock.now()
        token = _token_of(emsp, command.get("token"))
        location_id = required_text(command.get("location_id"), "location_id")
        reserved = self._reservations.of_token(emsp, token["uid"], now)
        evse_uid = command.get("evse_uid")
        if evse_uid is None and reserved is not None and reserved.location_id == location_id:
            evse_uid = reserved.evse_uid
        point = self.points.charge_point(location_id, evse_uid, command.get("connector_id"))
        if point.evse["status"] not in ("AVAILABLE", "RESERVED"):
            raise Refused(f"EVSE {point.evse['uid']} is {point.evse['status']}")
        self._reservations.consume(point.evse["uid"], emsp, token["uid"], now)
        session = self._plug_in(point, token, command.get("authorization_reference"), now)
        self.running[session.facts.id] = session
        return session

    def stop(self, emsp: PartyId, session_id: str) -> RunningSession | None:
        """Return an eMSP's running session, or None when there is none of that id."""
        session = self.running.get(session_id)
        return session if session is not None and session.facts.emsp == emsp else None

    def session_for(self, party: PartyId, session_id: str) -> RunningSession | None:
        """Return a running session to a party that may read and limit it; to others it is not there."""
        session = self.running.get(session_id)
        if session is None or (session.facts.emsp != party and party not in self.hired):
            return None
        return session

    def finish(self, session: RunningSession) -> StatusChange | None:
        """Unplug the car."""
        self.running.pop(session.facts.id, None)
        return self._status(session.facts.evse["uid"], "AVAILABLE")

    def reserve(self, emsp: PartyId, command: ReserveNow) -> list[StatusChange]:
        """Keep an EVSE for a token, or change the reservation of that id.

        Raises:
            Refused: no such EVSE, it is taken, or the expiry is not within twelve hours from now.
            InvalidParameters: the command lacks something.
        """
        token = _token_of(emsp, command.get("token"))
        location_id = required_text(command.get("location_id"), "location_id")
        reservation_id = required_text(command.get("reservation_id"), "reservation_id")
        evse_uid = command.get("evse_uid")
        now = self._clock.now()
        if evse_uid is None:
            held = self._reservations.held(emsp, reservation_id, now)
            evse_uid = held.evse_uid if held is not None and held.location_id == location_id else None
        evse = self.points.evse(location_id, evse_uid)
        if evse["status"] not in ("AVAILABLE", "RESERVED"):
            raise Refused(f"EVSE {evse['uid']} is {evse['status']}")
        expires_at = _moment(command.get("expiry_date"))
        wanted = Reservation(emsp, reservation_id, token["uid"], location_id, evse["uid"], expires_at)
        left = self._reservations.reserve(wanted, now)
        changes = [self._status(left, "AVAILABLE") if left else None, self._status(evse["uid"], "RESERVED")]
        return [change for change in changes if change is not None]

    def cancel(self, emsp: PartyId, reservation_id: str) -> StatusChange | None:
        """Give a reservation up.

        Raises:
            Refused: the eMSP has none of that id.
        """
        reservation = self._reservations.held(emsp, reservation_id, self._clock.now())
        if reservation is None:
            raise Refused(f"there is no reservation {reservation_id[:36]}")
        self._reservations.cancel(reservation)
        return self._status(reservation.evse_uid, "AVAILABLE")

    def expire(self) -> list[tuple[PartyId, StatusChange]]:
        """End reservations whose time is over; with each, whose it was."""
        expired = self._reservations.expire(self._clock.now())
        changes = [(held.emsp, self._status(held.evse_uid, "AVAILABLE")) for held in expired]
        return [(emsp, change) for emsp, change in changes if change is not None]

    def _plug_in(
        self, point: ChargePoint, token: Token, reference: str | None, now: datetime
    ) -> RunningSession:
        plugged = self._arrivals.at(point.evse["uid"])
        fast = AcceleratedClock(self._clock, self._speed)
        started_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        facts = SessionFacts(
            plugged.session_id,
            self.cpo,
            token,
            point.location,
            point.evse,
            point.connector,
            point.tariff,
            started_at,
            reference,
        )
        self._status(point.evse["uid"], "CHARGING")
        return RunningSession(facts, plugged.car, fast, plugged.step)

    def _status(self, evse_uid: str, status: str) -> StatusChange | None:
        changed = self.points.set_status(evse_uid, status, self._clock.now())
        return StatusChange(*changed) if changed is not None else None


def required_text(value: object, name: str) -> str:
    """Return a text that a command must have; InvalidParameters when it does not."""
    if not isinstance(value, str) or not value:
        raise InvalidParameters(f"the command has no {name}")
    return value


def _token_of(emsp: PartyId, token: Token | None) -> Token:
    if not isinstance(token, dict):
        raise InvalidParameters("the command has no token")
    for name in ("country_code", "party_id", "uid", "type", "contract_id"):
        required_text(token.get(name), f"token.{name}")
    if issuer_key(token) != emsp.key:
        raise Refused("the token is not the sender's")
    return token


def _moment(text: object) -> datetime:
    try:
        return parse_datetime(required_text(text, "expiry_date"))
    except ValueError as error:
        raise InvalidParameters("expiry_date is not a DateTime") from error
