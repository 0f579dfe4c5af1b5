"""A planner and a CPO in one process, each the other's node; the CPO does as it is told, and says so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party import MemoryStorage, Outcome, Party, PartyRole, StoredReceiver, StoredSender, accepted
from ocn.party.in_process import InProcessNetwork
from ocn.party.request import Request
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.smart_charging import SmartCharging
from ocn.smart_charging.service.view import CarView
from ocn.smart_charging.site.model import Site
from ocn.smart_charging.site.reading import read_site

CPO, PLANNER, EMSP = PartyId("DE", "CPO"), PartyId("DE", "PLN"), PartyId("NL", "MSP")
CPO_URL, PLANNER_URL = "http://cpo.test", "http://planner.test"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITE = """
[site]
name = "yard"
time_zone = "Europe/Berlin"

[[fuse]]
name = "main"
amps = {amps}
"""
EVSE = """
[[evse]]
id = "{name}"
fuse = "main"
rotation = ["L1", "L2", "L3"]
"""


def site(evses: int = 3, amps: int = 40, more: str = "") -> Site:
    text = SITE.format(amps=amps) + "".join(EVSE.format(name=f"E{i}") for i in range(1, evses + 1)) + more
    reading = read_site(text)
    assert not reading.faults
    return reading.site


class Clock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def forward(self, minutes: float) -> None:
        self.time += timedelta(minutes=minutes)


@dataclass
class ChargePoints:
    """The CPO's side of profiles: what it answers, what then happens, and what it was told."""

    answer: str = "ACCEPTED"
    result: str = "ACCEPTED"
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Results come once it is set; at the beginning it is."""
    set: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    active: dict[str, Any] | None = None
    """What it says is in force when it is asked; by default it does not say."""

    def __post_init__(self) -> None:
        self.done.set()

    async def set_charging_profile(self, request: Request, session_id: str, profile: Any) -> Outcome:
        self.set.append((session_id, profile["charging_profile"]))
        return self._outcome()

    async def clear_charging_profile(self, request: Request, session_id: str) -> Outcome:
        return self._outcome()

    def _outcome(self) -> Outcome:
        async def later() -> str:
            await self.done.wait()
            return self.result

        return accepted(later()) if self.answer == "ACCEPTED" else Outcome(self.answer)

    async def get_active_charging_profile(
        self, request: Request, session_id: str, duration_s: int
    ) -> Outcome:
        if self.active is None:
            return Outcome("REJECTED")
        answer = {"result": "ACCEPTED", "profile": self.active}

        async def later() -> dict[str, Any]:
            return answer

        return accepted(later())

    async def set_charging_preferences(self, request: Request, session_id: str, preferences: Any) -> str:
        return "ACCEPTED"

    def amps(self, session_id: str) -> list[float]:
        """The limits of the last profile of a session."""
        profile = next(profile for name, profile in reversed(self.set) if name == session_id)
        return [float(each["limit"]) for each in profile["charging_profile_period"]]


@dataclass
class World:
    cpo: Party
    planner: Party
    smart: SmartCharging
    storage: MemoryStorage
    cpo_storage: MemoryStorage
    points: ChargePoints
    clock: Clock
    network: InProcessNetwork

    def session(self, name: str, evse: str, kwh: float = 0, **members: Any) -> dict[str, Any]:
        now = format_datetime(self.clock())
        return {
            "country_code": "DE",
            "party_id": "CPO",
            "id": name,
            "start_date_time": now,
            "kwh": Decimal(str(kwh)),
            "cdr_token": {
                "country_code": "NL",
                "party_id": "MSP",
                "uid": "DRIVERS-CARD",
                "type": "RFID",
                "contract_id": "NL-MSP-SECRET",
            },
            "auth_method": "WHITELIST",
            "authorization_reference": "SECRET-REFERENCE",
            "location_id": "LOC1",
            "evse_uid": evse,
            "connector_id": "1",
            "currency": "EUR",
            "status": "ACTIVE",
            "last_updated": now,
        } | members

    async def keeps(self, session: dict[str, Any]) -> None:
        """The CPO has a session, and tells nobody."""
        await self.cpo_storage.put("sessions", CPO, session["id"], session)

    async def pushes(self, session: dict[str, Any]) -> None:
        await self.keeps(session)
        await self.cpo.client.to(PLANNER).put_session(session)  # type: ignore[arg-type]  # plain JSON

    async def patches(self, name: str, **members: Any) -> None:
        stored = await self.cpo_storage.get("sessions", CPO, name)
        patch = {"last_updated": format_datetime(self.clock())} | members
        await self.cpo_storage.put("sessions", CPO, name, (stored or {}) | patch)
        await self.cpo.client.to(PLANNER).patch_session(name, patch)

    async def wants(self, name: str, *, by: PartyId = EMSP, **preferences: Any) -> str:
        """The planner's node has a copy of what an eMSP told the CPO."""
        from ocn.party.json_text import decode_object, encode_json

        url = f"{PLANNER_URL}/ocpi/2.2.1/sender/sessions/{name}/charging_preferences"
        headers = {
            "authorization": self.cpo.client.registration.their_token.header,
            "x-request-id": "1",
            "x-correlation-id": "1",
            "ocpi-from-country-code": by.country_code,
            "ocpi-from-party-id": by.party_id,
            "ocpi-to-country-code": PLANNER.country_code,
            "ocpi-to-party-id": PLANNER.party_id,
            "ocn-copy": "request",
            "ocn-copy-receiver": str(CPO),
        }
        body = encode_json({"profile_type": "REGULAR"} | preferences)
        answer = await self.network.send("PUT", url, headers, body, timeout_s=5)
        told: str = decode_object(answer.body)["data"]
        return told

    def cars(self) -> dict[str, CarView]:
        """What is shown of the cars, by EVSE."""
        return {car.evse or "": car for car in self.smart.view("yard").cars}

    def events(self) -> str:
        return "\n".join(event.line for event in self.smart.view("yard").events)


MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world() -> AsyncIterator[MakeWorld]:
    async with AsyncExitStack() as stack:

        async def make(
            served: Site | None = None,
            *,
            storage: MemoryStorage | None = None,
            settings: ServiceSettings | None = None,
            **more: Any,
        ) -> World:
            network, points, clock = InProcessNetwork(), ChargePoints(), Clock()
            storage, cpo_storage = storage or MemoryStorage(), MemoryStorage()
            common: dict[str, Any] = {"serve": False, "transport": network}
            cpo = Party(
                roles=[PartyRole.of(str(CPO), "CPO")],
                node_url=PLANNER_URL,
                public_url=CPO_URL,
                storage=cpo_storage,
                handlers=[
                    points,
                    StoredSender(cpo_storage, readers=(PLANNER,)),
                    StoredReceiver(cpo_storage),
                ],
                **common,
            )
            network.add(CPO_URL, cpo)
            await cpo.open()
            stack.push_async_callback(cpo.close)
            smart = SmartCharging(
                [ServedSite(served or site(), CPO, "LOC1", **more)],
                storage,
                secret=b"secret",
                now=clock,
                settings=settings or ServiceSettings(plan_by_cpo_clock=False),
            )
            planner = Party(
                roles=[PartyRole.of(str(PLANNER), "SCSP")],
                node_url=CPO_URL,
                public_url=PLANNER_URL,
                token_a=cpo.invite(),
                storage=storage,
                handlers=smart.handlers,
                modules=smart.modules,
                **common,
            )
            network.add(PLANNER_URL, planner)
            await stack.enter_async_context(planner)
            await stack.enter_async_context(smart.running(planner.client, by_hand=True))
            return World(cpo, planner, smart, storage, cpo_storage, points, clock, network)

        yield make
