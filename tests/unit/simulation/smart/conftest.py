"""A small site with two EVSEs of one row, and a day on which two cars come."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ocn.ocpi.objects import StartSession
from ocn.ocpi.party_id import PartyId
from ocn.simulation.clock import SteppedClock
from ocn.simulation.cpo.operations import Operations
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.emsp.drivers import build_tokens
from ocn.simulation.smart.cars import Visitors
from ocn.simulation.smart.premises import premises
from ocn.simulation.smart.scenario import LOCATION, GridCut, SiteDay
from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.simulation.generator import Days, Stay
from ocn.smart_charging.site.model import Current, Evse, Fuse, Site
from ocn.smart_charging.slots import Slots

CPO, MSP, STRANGER, PLANNER = (
    PartyId("DE", "CPO"),
    PartyId("DE", "MSP"),
    PartyId("FR", "MSP"),
    PartyId("NL", "PLN"),
)
START = datetime(2026, 3, 2, 4, tzinfo=UTC)
SLOT = timedelta(minutes=15)


def stay(name: str, evse: str, *, phases: int = 3, amps: int = 16, need_kwh: float = 11.0) -> Stay:
    return Stay(name, evse, 0, 8, 8.0, need_kwh, phases, amps)


def site_of(kw: str, amps: str = "40") -> Site:
    main = Fuse("main", None, tuple(Phase), dict.fromkeys(Phase, Decimal(amps)), Decimal(kw))
    evses = tuple(
        Evse(f"EVSE{n}", "main", Current.AC, tuple(Phase), tuple(Phase), max_amps=Decimal(32)) for n in (1, 2)
    )
    return Site("small", ZoneInfo("Europe/Berlin"), Decimal(230), 15, (main,), evses)


class Lot:
    """The site while it is used, without a network."""

    def __init__(self, day: SiteDay) -> None:
        self.day = day
        self.clock = SteppedClock(START)
        self.visitors = Visitors()
        self.operations = Operations(
            CPO,
            self.clock,
            fleet=premises(CPO, LOCATION, day.site),
            arrivals=self.visitors,
            hired=frozenset({PLANNER}),
        )

    def start(self, visit: Stay) -> RunningSession:
        self.visitors.come([visit])
        command: StartSession = {
            "response_url": "x",
            "token": build_tokens(MSP)[0],
            "location_id": LOCATION,
            "evse_uid": visit.evse,
        }
        return self.operations.start(MSP, command)


def lot_of(*stays: Stay, kw: str = "22", cut: bool = False) -> Lot:
    slots = Slots(START, 15, 9)
    days = Days(site_of(kw), slots, stays, (0.1,) * (slots.count + 144))
    a_cut = GridCut(START + timedelta(minutes=16), START + timedelta(hours=1)) if cut else None
    return Lot(SiteDay(CPO, days, a_cut))
