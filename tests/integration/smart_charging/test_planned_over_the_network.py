"""A CPO and an eMSP hire a planner: what they send is copied to it, its limits reach the charge points."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.smart_charging.conftest import TARIFF, agrees, in_hours, offers, revokes, until
from tests.unit.smart_charging_service.conftest import site

from ocn.ocpi.roles import Role
from ocn.ocpi.timestamps import format_datetime
from ocn.party import MemoryStorage
from ocn.signing.keys import PrivateKey
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.smart_charging import SmartCharging
from ocn.smart_charging.service.view import CarState, CarView, Source

if TYPE_CHECKING:
    from tests.integration.smart_charging.conftest import Join, Joined, Operated
else:
    Join = Joined = Operated = object

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.long,
]


def cars(smart: SmartCharging) -> dict[str, CarView]:
    return {car.evse or "": car for car in smart.view("yard").cars}


async def heard(smart: SmartCharging, evse: str, kwh: float = 0) -> CarView:
    """Wait until a copy has come that says so much of a car."""

    async def there() -> bool:
        return evse in cars(smart) and cars(smart)[evse].delivered_kwh >= kwh

    await until(there)
    return cars(smart)[evse]


async def test_planner_that_is_hired_hears_plans_and_is_obeyed_until_it_is_dismissed(
    operated: Operated, join: Join
) -> None:
    cpo = await join(0, "DE SCP", Role.CPO)
    emsp = await join(1, "NL SMS", Role.EMSP)
    storage, key = MemoryStorage(), PrivateKey.generate()
    smart = SmartCharging(
        [ServedSite(site(evses=4, amps=40), cpo.id, "LOC1")],
        storage,
        secret=key.secret,
        settings=ServiceSettings(read_every=timedelta(hours=1)),
    )
    planner = await join(
        1, "DE SPL", Role.SCSP, handlers=smart.handlers, modules=smart.modules, storage=storage, key=key
    )
    await offers(operated, key)
    await agrees(operated, key, cpo, emsp)
    location = {"id": "LOC1", "evses": [{"uid": "E1", "connectors": [{"id": "1", "tariff_ids": ["T1"]}]}]}
    await cpo.storage.put("locations", cpo.id, "LOC1", location)
    await cpo.storage.put("tariffs", cpo.id, "T1", TARIFF | {"party_id": "SCP"})

    async with smart.running(planner.party.client, by_hand=True):
        await smart.step()
        await copies_are_planned(smart, cpo, emsp)
        await lost_copy_is_made_good(smart, cpo, emsp)
        await pause_that_is_billed_is_told(smart, cpo, emsp)
        await revocation_stops_the_copies(operated, smart, key, cpo, emsp)


async def copies_are_planned(smart: SmartCharging, cpo: "Joined", emsp: "Joined") -> None:
    await cpo.pushes(cpo.session("S1", "E1", emsp.id), to=emsp.id)
    await heard(smart, "E1")
    leaves = in_hours(8)
    wish: Any = {"profile_type": "CHEAP", "departure_time": leaves, "energy_need": 30}
    told = await emsp.party.client.to(cpo.id).set_charging_preferences("S1", wish)
    assert told.data == "ACCEPTED"

    async def known() -> bool:
        await smart.step()
        return cars(smart)["E1"].departure_from is Source.DRIVER

    await until(known)
    car = cars(smart)["E1"]
    assert (car.state, car.need_kwh, car.profile) == (CarState.CONTROLLED, 30, "CHEAP")
    assert cpo.points.amps("S1")[0] == 16


async def lost_copy_is_made_good(smart: SmartCharging, cpo: "Joined", emsp: "Joined") -> None:
    """A session that was never pushed; then part of one comes, and the CPO is read."""
    await cpo.keeps(cpo.session("S2", "E2", emsp.id))
    now = format_datetime(datetime.now(UTC))
    await emsp.storage.put("sessions", cpo.id, "S2", cpo.session("S2", "E2", emsp.id))
    await cpo.party.client.to(emsp.id).patch_session("S2", {"kwh": 1, "last_updated": now})

    async def planned() -> bool:
        await smart.step()
        return "E2" in cars(smart) and cars(smart)["E2"].state is CarState.CONTROLLED

    await until(planned)
    assert [name for name, _ in cpo.points.set].count("S2") == 1


async def pause_that_is_billed_is_told(smart: SmartCharging, cpo: "Joined", emsp: "Joined") -> None:
    now = datetime.now(UTC)
    smart.announce("yard", GridEvent(now, now + timedelta(hours=1), kw=Decimal(0)))
    await smart.step()
    assert cpo.points.amps("S2")[0] == 0
    start, ended = now - timedelta(hours=1), now + timedelta(minutes=30)
    cdr: dict[str, Any] = {
        "country_code": "DE",
        "party_id": "SCP",
        "id": "C2",
        "session_id": "S2",
        "start_date_time": format_datetime(start),
        "end_date_time": format_datetime(ended),
        "cdr_location": {"id": "LOC1", "evse_uid": "E2", "country": "DEU"},
        "currency": "EUR",
        "tariffs": [TARIFF | {"party_id": "SCP"}],
        "charging_periods": [
            {"start_date_time": format_datetime(start), "dimensions": [{"type": "ENERGY", "volume": 4}]},
            {
                "start_date_time": format_datetime(now),
                "dimensions": [{"type": "PARKING_TIME", "volume": Decimal("0.5")}],
            },
        ],
        "total_cost": {"excl_vat": 4},
        "total_energy": 4,
        "total_time": Decimal("1.5"),
        "last_updated": format_datetime(ended),
    }
    await cpo.party.client.to(emsp.id).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON

    async def told() -> bool:
        return any("bills parking while it was paused" in each.line for each in smart.view("yard").events)

    await until(told)
    assert cars(smart)["E2"].state is CarState.GONE
    smart.withdraw("yard")
    await smart.step()


async def revocation_stops_the_copies(
    operated: "Operated", smart: SmartCharging, key: PrivateKey, cpo: "Joined", emsp: "Joined"
) -> None:
    await revokes(operated, key, cpo)
    await cpo.pushes(cpo.session("S3", "E3", emsp.id), to=emsp.id)
    await agrees(operated, key, cpo)
    await cpo.pushes(cpo.session("S4", "E4", emsp.id), to=emsp.id)
    await heard(smart, "E4")
    assert "E3" not in cars(smart)
    kept = storage_text(smart)
    assert b"CARD" not in kept
    assert b"NL-MSP-C" not in kept


def storage_text(smart: SmartCharging) -> bytes:
    storage = smart._parts.memory._shelves._storage
    assert isinstance(storage, MemoryStorage)
    return b"".join(storage._objects.values())
