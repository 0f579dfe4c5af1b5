"""How a site tells of sessions: PUT at the start, PATCH with readings once a slot, PUT and CDR at the end."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import cast

from ocn.ocpi.objects import CdrDimension, ChargingPeriod, Session
from ocn.ocpi.timestamps import format_datetime
from ocn.party.json_text import JsonObject
from ocn.party.sending.counterparty import Counterparty
from ocn.simulation.billing.costs import kwh
from ocn.simulation.chargers.fleet import VOLTAGE
from ocn.simulation.clock import Clock
from ocn.simulation.cpo.lists import Ledger
from ocn.simulation.cpo.operations import Operations, StatusChange
from ocn.simulation.cpo.reports import Reports, tell
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.cpo.till import Till
from ocn.simulation.updates import Updates

_WH = 1000
_HOUR = timedelta(hours=1)
_MILLI = Decimal("0.001")
_CLEARLY = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a meter showed, and what it had counted to the last digit."""

    at: datetime
    energy_wh: Decimal
    exact_wh: Decimal

    @classmethod
    def of(cls, session: RunningSession) -> "_Reading":
        reading = session.reading()
        return cls(reading.at, reading.energy_wh, session.exact_wh)

    def mean_w(self, since: "_Reading") -> Decimal:
        """Return the mean power since an earlier one."""
        return (self.exact_wh - since.exact_wh) / _hours(self.at - since.at)


@dataclass(slots=True)
class _Told:
    """What is known of a session to whoever was told of it."""

    session: Session
    last: _Reading
    power_w: Decimal = Decimal(-1)
    """Unlike any, so that a first reading is told in any case."""
    marked: _Reading | None = None
    """A reading since, which divides what is told next into two periods."""


class SlotReports(Reports):
    """Tells when the site says so, and then everything that is new. What is under way ends in ``settled``."""

    def __init__(self, operations: Operations, ledger: Ledger, updates: Updates, clock: Clock) -> None:
        super().__init__(operations, ledger, Till(), updates, clock, timedelta(0))
        self._emsps: dict[str, Counterparty] = {}
        self._told: dict[str, _Told] = {}

    def begin(self, session: RunningSession, emsp: Counterparty) -> None:
        """Tell of a session that starts."""
        self._emsps[session.facts.id] = emsp
        self._start(self._begun(session, emsp))

    async def grown(self) -> None:
        """Tell what meters have shown since they were told of last; of who drew nothing, once."""
        await self._each(lambda told, power_w: power_w > 0 or told.power_w != 0)

    def mark(self) -> None:
        """Read the meters without telling: what is told next says what was drawn from now on."""
        for session in self._operations.running.values():
            if (told := self._told.get(session.facts.id)) is not None:
                told.marked = _Reading.of(session)

    async def changed(self) -> None:
        """Tell of those alone that draw clearly more or less than was told last."""
        await self._each(lambda told, power_w: abs(power_w - told.power_w) > _CLEARLY * told.power_w)

    async def _each(self, is_worth_it: Callable[[_Told, Decimal], bool]) -> None:
        running = [*self._operations.running.values()]
        await asyncio.gather(*(self._grown(session, is_worth_it) for session in running))

    async def over(self, sessions: Iterable[RunningSession]) -> None:
        """End sessions, tell of their ends, and bill them."""
        await asyncio.gather(*(self._over(session) for session in sessions))

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _begun(self, session: RunningSession, emsp: Counterparty) -> None:
        facts = session.facts
        current: Session = {**session.session(), "charging_periods": []}
        self._told[facts.id] = _Told(current, _Reading(facts.started_at, Decimal(0), Decimal(0)))
        self._ledger.keep_session(facts.emsp, current)
        await tell(lambda: emsp.put_session(current))
        await self.status(StatusChange(facts.location, facts.evse), emsp)

    async def _grown(self, session: RunningSession, is_worth_it: Callable[[_Told, Decimal], bool]) -> None:
        told, now = self._told.get(session.facts.id), _Reading.of(session)
        if told is None or now.at <= told.last.at:
            return
        readings = [told.last, *([told.marked] if told.marked is not None else []), now]
        power_w = now.mean_w(readings[-2])
        told.marked = None
        if not power_w and not told.power_w and now.energy_wh == told.last.energy_wh:
            told.last = now
        if not is_worth_it(told, power_w):
            return
        new = [_period(session, one, other) for one, other in pairwise(readings) if one.at < other.at]
        patch: JsonObject = {
            "kwh": kwh(now.energy_wh),
            "charging_periods": cast("list[JsonObject]", new),
            "last_updated": format_datetime(now.at),
        }
        periods = [*told.session.get("charging_periods", []), *new]
        current = cast("Session", {**told.session, **patch, "charging_periods": periods})
        self._told[session.facts.id] = _Told(current, now, power_w)
        self._ledger.keep_session(session.facts.emsp, current)
        emsp = self._emsps[session.facts.id]
        await tell(lambda: emsp.patch_session(session.facts.id, patch))

    async def _over(self, session: RunningSession) -> None:
        session.stop()
        del self._told[session.facts.id]
        await self._end(session, self._emsps.pop(session.facts.id))


def _period(session: RunningSession, one: _Reading, other: _Reading) -> ChargingPeriod:
    """Return a period with its mean power and, on each phase that the car uses, its mean current."""
    power_w = other.mean_w(one)
    dimensions: list[CdrDimension] = [
        {"type": "ENERGY", "volume": kwh(other.energy_wh - one.energy_wh)},
        {"type": "TIME", "volume": _rounded(_hours(other.at - one.at))},
        {"type": "POWER", "volume": _rounded(power_w / _WH)},
        {"type": "CURRENT", "volume": _rounded(power_w / (VOLTAGE * session.car.phases))},
    ]
    return {
        "start_date_time": format_datetime(one.at),
        "dimensions": dimensions,
        "tariff_id": session.facts.tariff["id"],
    }


def _hours(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(seconds=1)) / (_HOUR // timedelta(seconds=1))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_MILLI, ROUND_HALF_UP)
