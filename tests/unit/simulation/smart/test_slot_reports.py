"""A site tells of its sessions once a slot, and soon after they changed; what it lists is what it told."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from tests.unit.simulation.smart.conftest import CPO, MSP, SLOT, START, Lot, lot_of, stay

from ocn.party.sending.counterparty import Counterparty
from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.cpo.history import no_history
from ocn.simulation.cpo.lists import Ledger
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.smart.slot_reports import SlotReports
from ocn.simulation.updates import Updates

MINUTE = timedelta(minutes=1)


@dataclass
class _Reply:
    location: str | None = None
    data: Any = None


@dataclass
class Told:
    """An eMSP that writes down what it is told."""

    said: list[tuple[str, Any]] = field(default_factory=list)

    async def put_session(self, session: Any) -> None:
        self.said.append(("PUT", session))

    async def patch_session(self, session_id: str, patch: Any) -> None:
        self.said.append(("PATCH", patch))

    async def patch_location(self, patch: Any, *place: str) -> None:
        self.said.append(("STATUS", patch["status"]))

    async def post_cdr(self, cdr: Any) -> _Reply:
        self.said.append(("CDR", cdr))
        return _Reply(location="http://emsp/cdr")

    async def read(self, location: str) -> _Reply:
        return _Reply(data=self.said[-1][1])

    def take(self) -> list[tuple[str, Any]]:
        said, self.said = self.said, []
        return said


class Site:
    def __init__(self, lot: Lot) -> None:
        self.lot, self.emsp, self.ledger = lot, Told(), Ledger(CPO, no_history)
        self.reports = SlotReports(lot.operations, self.ledger, Updates(), lot.clock)

    async def begin(self) -> RunningSession:
        session = self.lot.start(self.lot.day.stays[0])
        self.reports.begin(session, cast("Counterparty", self.emsp))
        await self.reports.settled()
        return session

    async def after(self, duration: timedelta) -> None:
        await self.lot.clock.advance_to(self.lot.clock.now() + duration)

    @property
    def listed(self) -> Any:
        (session,) = self.ledger.sessions(MSP)
        return session


def volumes(period: Any) -> dict[str, Decimal]:
    return {each["type"]: each["volume"] for each in period["dimensions"]}


def limit(watts: int) -> ChargingProfile:
    return ChargingProfile(START, None, ((0, Decimal(watts)),))


async def test_session_is_told_whole_then_by_what_was_metered_since() -> None:
    site = Site(lot_of(stay("S1", "EVSE1", phases=1, need_kwh=30)))
    await site.begin()
    begun, status = site.emsp.take()
    assert (begun[0], begun[1]["kwh"], begun[1]["charging_periods"]) == ("PUT", 0, [])
    assert status == ("STATUS", "CHARGING")
    await site.after(SLOT)
    await site.reports.grown()
    ((method, patch),) = site.emsp.take()
    assert (method, patch["kwh"]) == ("PATCH", Decimal("0.92"))
    (period,) = patch["charging_periods"]
    assert volumes(period) == {
        "ENERGY": Decimal("0.92"),
        "TIME": Decimal("0.25"),
        "POWER": Decimal("3.68"),
        "CURRENT": Decimal(16),
    }
    assert site.listed["kwh"] == patch["kwh"]
    await site.after(SLOT)
    await site.reports.grown()
    assert [period["start_date_time"] for period in site.listed["charging_periods"]] == [
        "2026-03-02T04:00:00.000Z",
        "2026-03-02T04:15:00.000Z",
    ]


async def test_change_is_told_with_the_steady_power_since_the_mark() -> None:
    site = Site(lot_of(stay("S1", "EVSE1", need_kwh=30)))
    session = await site.begin()
    await site.after(SLOT)
    await site.reports.grown()
    site.emsp.take()
    session.use_profile(limit(4_140))
    await site.after(MINUTE)
    site.reports.mark()
    await site.after(MINUTE)
    await site.reports.changed()
    ((_, patch),) = site.emsp.take()
    first, second = patch["charging_periods"]
    assert (first["start_date_time"], second["start_date_time"]) == (
        "2026-03-02T04:15:00.000Z",
        "2026-03-02T04:16:00.000Z",
    )
    assert volumes(second)["POWER"] == Decimal("4.14")
    assert volumes(second)["CURRENT"] == 6
    await site.after(MINUTE)
    await site.reports.changed()
    assert site.emsp.take() == []


async def test_car_that_draws_nothing_is_told_of_once() -> None:
    site = Site(lot_of(stay("S1", "EVSE1", need_kwh=30)))
    session = await site.begin()
    session.use_profile(limit(0))
    told = []
    for _ in range(3):
        await site.after(SLOT)
        await site.reports.grown()
        told += [patch["kwh"] for method, patch in site.emsp.take() if method == "PATCH"]
    assert told == [0]
    session.use_profile(None)
    await site.after(SLOT)
    await site.reports.grown()
    ((_, patch),) = site.emsp.take()
    (period,) = patch["charging_periods"]
    assert (period["start_date_time"], volumes(period)["POWER"]) == (
        "2026-03-02T04:45:00.000Z",
        Decimal("11.04"),
    )


async def test_session_that_is_over_is_completed_freed_and_billed() -> None:
    site = Site(lot_of(stay("S1", "EVSE1", need_kwh=2.0)))
    session = await site.begin()
    await site.after(2 * SLOT)
    site.emsp.take()
    await site.reports.over([session])
    put, status, cdr = site.emsp.take()
    assert (put[1]["status"], put[1]["kwh"], status) == ("COMPLETED", 2, ("STATUS", "AVAILABLE"))
    assert (cdr[0], cdr[1]["total_energy"]) == ("CDR", 2)
    assert site.reports.receipts["S1"].kept
    assert site.lot.operations.running == {}
    assert site.listed["status"] == "COMPLETED"
