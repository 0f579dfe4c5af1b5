"""A planner of a few lines, over the party kit alone: reads sessions, gives power to whoever can wait least.

It knows nothing of OCPI's subtleties; it is there so that a day can be played without the real one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import ChargingPreferences, Session
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.lists import ListQuery, Page
from ocn.party.receiving.routes import Interface
from ocn.party.request import Request
from ocn.party.sending.client import Client
from ocn.party.storage.port import PartyStorage
from ocn.party.storage.stored_receiver import StoredReceiver
from ocn.simulation.smart.scenario import GridCut, Scenario, SiteDay
from ocn.smart_charging.planning.least_laxity import least_laxity_now
from ocn.smart_charging.planning.problem import Car, Limit, Problem
from ocn.smart_charging.site.wiring import Wiring

_VOLTS = 230


class Heard(StoredReceiver):
    def __init__(self, storage: PartyStorage) -> None:
        super().__init__(storage)
        self.wishes: dict[tuple[str, str], ChargingPreferences] = {}
        self.sessions: dict[tuple[str, str], Session] = {}

    async def put_session(self, request: Request, owner: PartyId, session_id: str, session: Session) -> bool:
        self.sessions[owner.key, session_id] = session
        return True

    async def patch_session(self, request: Request, owner: PartyId, session_id: str, patch: Any) -> None:
        self.sessions[owner.key, session_id]["kwh"] = patch["kwh"]

    async def list_sessions(self, request: Request, query: ListQuery) -> Page[Session]:
        return Page.of((), query)

    async def set_charging_preferences(
        self, request: Request, session_id: str, preferences: ChargingPreferences
    ) -> str:
        cpo = PartyId.parse(request.headers["ocn-copy-receiver"])
        self.wishes[cpo.key, session_id] = preferences
        return "ACCEPTED"


class LeastLaxityPlanner:
    modules: frozenset[Interface] = frozenset(
        {
            (ModuleID.SESSIONS, InterfaceRole.SENDER),
            *(
                (module, InterfaceRole.RECEIVER)
                for module in (ModuleID.SESSIONS, ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.CDRS)
            ),
            (ModuleID.CHARGING_PROFILES, InterfaceRole.SENDER),
        }
    )

    def __init__(self, scenario: Scenario, storage: PartyStorage, now: Callable[[], datetime]) -> None:
        self.heard = Heard(storage)
        self.handlers = (self.heard,)
        self._scenario = scenario
        self._now = now
        self._cuts: dict[str, GridCut] = {}
        self._sent: dict[tuple[str, str], int] = {}
        self._client: Client | None = None

    @asynccontextmanager
    async def running(self, client: Client) -> AsyncIterator[None]:
        self._client = client
        yield

    def cut(self, site_name: str, cut: GridCut) -> None:
        self._cuts[site_name] = cut

    async def step(self) -> None:
        await asyncio.gather(*(self._plan(day) for day in self._scenario.sites))

    async def _plan(self, day: SiteDay) -> None:
        cut = self._cuts.get(day.site.name)
        site = day.site if cut is None else cut.on(day.site)
        wiring, slots = Wiring.of(site), day.days.slots
        now = min(int(slots.position(self._now())), slots.count - 1)
        limits = tuple(
            Limit(each.fuse, each.phase, each.unit_kw, each.amounts[now : now + 1])
            for each in wiring.limits(slots)
        )
        stays = {stay.id: stay for stay in day.stays}
        cars = []
        for (cpo, name), session in self.heard.sessions.items():
            wish = self.heard.wishes.get((cpo, name))
            if cpo != day.cpo.key or session["status"] != "ACTIVE" or wish is None:
                continue
            evse = site.evse(session["evse_uid"])
            assert evse is not None
            outlet = wiring.outlet(evse, stays[name].phases)  # a real planner must learn what cars can
            most = min(outlet.most, stays[name].amps * 10)
            need = float(wish["energy_need"])
            leaves = slots.position(parse_datetime(wish["departure_time"])) - now
            left = max(0.0, need - float(session["kwh"]))
            cars.append(Car(name, outlet.step_kw, outlet.least, most, outlet.loads, left, need, leaves))
        problem = Problem(slots.hours, (0.1,), limits, tuple(cars))
        steps = dict(zip((car.id for car in cars), least_laxity_now(problem), strict=True))
        changed = {name: n for name, n in steps.items() if self._sent.get((day.cpo.key, name)) != n}
        down = [name for name, n in changed.items() if n < self._sent.get((day.cpo.key, name), 10**6)]
        up = [name for name in changed if name not in down]
        for names in (down, up):
            await asyncio.gather(*(self._limit(day.cpo, name, steps[name]) for name in names))

    async def _limit(self, cpo: PartyId, name: str, steps: int) -> None:
        assert self._client is not None
        profile: Any = {
            "start_date_time": format_datetime(self._now()),
            "charging_rate_unit": "A",
            "charging_profile_period": [{"start_period": 0, "limit": Decimal(steps) / 10}],
        }
        pending = await self._client.to(cpo).set_charging_profile(name, profile)
        assert pending.accepted, pending.reply.data
        assert (await pending.result(20))["result"] == "ACCEPTED"
        self._sent[cpo.key, name] = steps
