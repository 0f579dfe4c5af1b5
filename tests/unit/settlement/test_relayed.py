"""What a session is priced by: what was known before it began, whatever its CPO tells afterwards."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.settlement.world import CPO, LOCATION, NOON, TARIFF, Clock

from ocn.ocpi.timestamps import format_datetime
from ocn.party import ListQuery, MemoryStorage
from ocn.settlement.heard import MOST_VERSIONS
from ocn.settlement.relayed import RelayedObjects


def tariff(price: str, tariff_id: str = "T1") -> dict[str, Any]:
    component = {"type": "ENERGY", "price": Decimal(price), "step_size": 1}
    return TARIFF | {"id": tariff_id, "elements": [{"price_components": [component]}]}


def session(session_id: str = "S1", **changes: Any) -> dict[str, Any]:
    place = {"location_id": "LOC1", "evse_uid": "e1", "connector_id": "1"}
    return {"id": session_id, "start_date_time": format_datetime(NOON), **place} | changes


def periods(*tariff_ids: str) -> list[dict[str, Any]]:
    return [{"tariff_id": tariff_id} for tariff_id in tariff_ids]


@dataclass
class Told:
    clock: Clock = field(default_factory=Clock)
    storage: MemoryStorage = field(default_factory=MemoryStorage)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.clock.pass_(1)
        self.relayed = RelayedObjects(self.storage, now=self.clock)

    async def tariff(self, price: str, tariff_id: str = "T1") -> None:
        await self.relayed.put("tariffs", CPO, tariff_id, tariff(price, tariff_id))

    async def session(self, **changes: Any) -> None:
        await self.relayed.put("sessions", CPO, changes.get("id", "S1"), session(**changes))

    async def location(self, *tariff_ids: str) -> None:
        evses = [{"uid": "E1", "connectors": [{"id": "1", "tariff_ids": list(tariff_ids)}]}]
        await self.relayed.put("locations", CPO, "LOC1", LOCATION | {"evses": evses})

    async def prices(self, document: dict[str, Any]) -> list[str]:
        found = await self.relayed.tariffs(CPO, document)
        return [str(each["elements"][0]["price_components"][0]["price"]) for each in found]


@pytest.fixture
async def told() -> Told:
    made = Told()
    await made.location("T1")
    await made.tariff("0.4")
    return made


async def test_tariff_told_after_the_session_prices_others(told: Told) -> None:
    await told.session()
    await told.tariff("40")
    told.restart()
    await told.session(kwh=Decimal(1))
    assert await told.prices(session()) == ["0.4"]
    assert await told.prices({"id": "CDR1", "session_id": "s1"}) == ["0.4"]
    await told.session(id="S2")
    assert await told.prices(session("S2")) == ["40"]


async def test_connector_sold_otherwise_meanwhile_changes_nothing(told: Told) -> None:
    await told.tariff("4", "T2")
    await told.session()
    await told.location("T2")
    assert await told.prices(session()) == ["0.4"]
    assert await told.prices(session(charging_periods=periods("T1", "T2"))) == ["0.4"]
    assert await told.prices(session(charging_periods=periods("T2"))) == []


async def test_session_changes_over_between_tariffs_of_its_connector(told: Told) -> None:
    await told.location("T1", "T2")
    await told.tariff("4", "T2")
    await told.session()
    assert await told.prices(session(charging_periods=periods("t1", "T2", "T1"))) == ["0.4", "4", "0.4"]


async def test_tariff_that_is_gone_still_prices_what_began_before(told: Told) -> None:
    await told.session()
    assert await told.relayed.remove("tariffs", CPO, "T1")
    await told.session(id="S2")
    assert await told.prices(session()) == ["0.4"]
    assert await told.prices(session("S2")) == []


async def test_session_told_weeks_ahead_begins_when_it_begins(told: Told) -> None:
    await told.tariff("9")
    await told.session(start_date_time=format_datetime(NOON + timedelta(days=7)))
    await told.tariff("0.3")
    told.clock.pass_(7 * 86_400)
    await told.session(start_date_time=format_datetime(NOON + timedelta(days=7)))
    assert await told.prices(session()) == ["0.3"]


async def test_pending_session_begins_when_its_start_is_told(told: Told) -> None:
    await told.session(status="PENDING")
    await told.tariff("0.3")
    await told.session(status="ACTIVE", start_date_time=format_datetime(told.clock()))
    assert await told.prices(session()) == ["0.3"]


async def test_running_session_that_says_it_began_at_another_time_is_sold_by_neither_tariff(
    told: Told,
) -> None:
    """Told early, its CPO could keep a dear tariff for it; told anew, exchange a cheap one."""
    await told.session(status="ACTIVE")
    await told.tariff("40")
    await told.session(status="ACTIVE", start_date_time=format_datetime(told.clock()))
    assert await told.prices(session()) == []
    await told.session(id="S2", status="ACTIVE")
    await told.session(id="S2", start_date_time=format_datetime(told.clock() + timedelta(seconds=2)))
    assert await told.prices(session("S2")) == ["40"]  # a clock that was set right


async def test_session_that_begins_again_and_again_is_sold_by_nothing(told: Told) -> None:
    for second in range(9):
        await told.session(start_date_time=format_datetime(NOON + timedelta(seconds=second)))
    assert await told.prices(session()) == []
    assert await told.relayed.time_zone(CPO, session()) is None


async def test_tariff_exchanged_before_the_session_is_told_late_does_not_price_it(told: Told) -> None:
    told.clock.pass_(3600)
    await told.tariff("40")
    await told.session()
    assert await told.prices(session()) == ["0.4"]


async def test_versions_beyond_all_reason_price_nothing(told: Told) -> None:
    await told.session()
    for n in range(MOST_VERSIONS):
        await told.tariff(str(n + 1))
    assert await told.prices(session()) == []


async def test_what_was_stored_before_this_party_settled_was_known_before(told: Told) -> None:
    storage = MemoryStorage()
    await storage.put("tariffs", CPO, "T1", tariff("0.4"))
    await storage.put("sessions", CPO, "S1", session())
    relayed = RelayedObjects(storage, now=told.clock)
    await relayed.put("tariffs", CPO, "T1", tariff("40"))
    for document in (session(charging_periods=periods("T1")), session()):
        await storage.put("locations", CPO, "LOC1", LOCATION)
        (found,) = await relayed.tariffs(CPO, document)
        assert found == tariff("0.4")
    assert await relayed.time_zone(CPO, session()) == "Europe/Berlin"


async def test_time_zone_is_that_of_the_beginning(told: Told) -> None:
    await told.session()
    await told.relayed.put("locations", CPO, "LOC1", LOCATION | {"time_zone": "Asia/Tokyo"})
    assert await told.relayed.time_zone(CPO, session()) == "Europe/Berlin"
    assert await told.relayed.time_zone(CPO, session("S9")) is None


async def test_party_keeps_everything_else_as_it_was(told: Told) -> None:
    await told.session()
    page = await told.relayed.page("sessions", CPO, ListQuery())
    assert [each["id"] for each in page.items] == ["S1"]
    assert await told.relayed.get("tariffs", CPO, "t1") == tariff("0.4")
    assert await told.relayed.load_registration() is None


async def test_session_is_known_since_it_was_first_told_or_its_earliest_start(told: Told) -> None:
    first = told.clock.now
    await told.session(start_date_time=format_datetime(first + timedelta(days=2)), status="PENDING")
    told.clock.pass_(60)
    await told.session(start_date_time=format_datetime(told.clock.now), status="ACTIVE")
    since = await told.relayed.since(CPO, "S1")
    assert since is not None
    assert first <= since < told.clock.now
    early = NOON - timedelta(days=1)
    await told.session(id="S2", start_date_time=format_datetime(early))
    await told.session(id="S2", start_date_time=format_datetime(told.clock.now))
    assert await told.relayed.since(CPO, "S2") == early


async def test_session_that_nobody_took_note_of_has_no_beginning(told: Told) -> None:
    await told.storage.put("sessions", CPO, "S1", session())
    assert await told.relayed.since(CPO, "S1") is None
