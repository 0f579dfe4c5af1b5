"""The past of a CPO with an eMSP: ten finished sessions, of which the first has been billed."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ocn.ocpi.objects import Cdr, Session
from ocn.ocpi.party_id import PartyId
from ocn.simulation.billing.records import SessionFacts, cdr_object, session_object
from ocn.simulation.chargers.car import Car
from ocn.simulation.chargers.charge_points import ChargePoints
from ocn.simulation.chargers.charging import Charging
from ocn.simulation.chargers.fleet import build_fleet
from ocn.simulation.emsp.drivers import build_tokens

_FIRST = datetime(2025, 6, 2, 6, tzinfo=UTC)
_SESSIONS = 10


@dataclass(frozen=True, slots=True)
class History:
    """What was, oldest first."""

    sessions: tuple[Session, ...]
    cdrs: tuple[Cdr, ...]


def no_history(_cpo: PartyId, _emsp: PartyId) -> History:
    """Nothing was before."""
    return History((), ())


def build_history(cpo: PartyId, emsp: PartyId) -> History:
    """Make up the past: the same two parties always have the same one."""
    dice = random.Random(cpo.key + emsp.key)
    points = ChargePoints(build_fleet(cpo))
    tokens = build_tokens(emsp)
    sessions: list[Session] = []
    cdrs: list[Cdr] = []
    for n, location_id in enumerate(list(points.locations)[:_SESSIONS], start=1):
        point = points.charge_point(location_id, None, None)
        started_at = _FIRST + timedelta(days=n, minutes=dice.randrange(600))
        facts = SessionFacts(
            id=f"{emsp.key}-{n:04}",
            cpo=cpo,
            token=tokens[dice.randrange(len(tokens) - 1)],
            location=point.location,
            evse=point.evse,
            connector=point.connector,
            tariff=point.tariff,
            started_at=started_at,
        )
        charging = Charging(Car.from_seed(facts.id), started_at)
        reading = charging.read(started_at + timedelta(minutes=dice.randint(20, 300)))
        sessions.append(session_object(facts, reading, completed=True))
        if n == 1:
            cdrs.append(cdr_object(facts, reading))
    return History(tuple(sessions), tuple(cdrs))
