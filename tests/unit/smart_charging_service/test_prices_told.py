"""Which prices are planned by, and why not those of a tariff: said once, and on the page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import CPO, START, MakeWorld, World

from ocn.ocpi.timestamps import format_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.prices import FlatPrice, PriceSeries
from ocn.smart_charging.service.view import EventKind
from ocn.tariffs import curve

ENERGY = {"type": "ENERGY", "price": Decimal("0.60"), "step_size": 1}
OWN = FlatPrice(Decimal("0.30"))


def tariff(**members: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "elements": [{"price_components": [ENERGY]}],
        "last_updated": "2026-01-01T00:00:00Z",
    } | members


async def asked_for(
    world: World, told: dict[str, Any] | None, ids: list[str], profile_type: str = "CHEAP"
) -> None:
    """A car whose driver wants it so, at a connector with these tariffs, of which one is told."""
    if told is not None:
        await world.cpo_storage.put("tariffs", CPO, "T1", told)
    evse = {"uid": "E1", "connectors": [{"id": "1", "tariff_ids": ids}]}
    await world.cpo_storage.put("locations", CPO, "LOC1", {"id": "LOC1", "evses": [evse]})
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=8))
    await world.wants("S1", profile_type=profile_type, departure_time=leaves, energy_need=20)
    for _ in range(3):
        await world.smart.step()
        world.clock.forward(16)


def lines(world: World, about: str) -> list[tuple[EventKind, str]]:
    return [(each.kind, each.line) for each in world.smart.view("yard").events if about in each.line]


@pytest.mark.parametrize(
    ("told", "ids", "why"),
    [
        (tariff(currency="SEK"), ["T1"], "its currency is 'SEK', and plans weigh EUR"),
        (
            tariff(elements=[{"price_components": [ENERGY], "restrictions": {"weather": "SUNNY"}}]),
            ["T1"],
            "its prices depend on what nobody knows (restriction)",
        ),
        (tariff(elements=5), ["T1"], "it cannot be used: "),
        (None, ["T1"], "DE CPO does not tell it"),
    ],
)
@pytest.mark.parametrize("own", [OWN, None])
async def test_tariff_that_says_no_prices_is_told_once_with_why_and_what_is_planned_by_instead(
    make_world: MakeWorld, own: FlatPrice | None, told: dict[str, Any] | None, ids: list[str], why: str
) -> None:
    world = await make_world(prices=own)
    await asked_for(world, told, ids)

    ((kind, line),) = lines(world, "tariff T1")
    assert kind is EventKind.WARNING
    assert line.startswith(f"tariff T1 says no prices to plan by: {why}")
    instead = "the prices of the site" if own else "no prices, hours all alike"
    assert line.endswith(f"; who would go by it goes by {instead}")
    assert world.smart.view("yard").priced_by == (
        ("the prices of the site (1)",) if own else ("no prices, for there are none (1)",)
    )


async def test_connector_that_names_no_tariff_is_told(make_world: MakeWorld) -> None:
    world = await make_world()
    await asked_for(world, None, [])

    ((kind, line),) = lines(world, "the tariff of EVSE E1")
    assert (kind, "DE CPO names none" in line) == (EventKind.WARNING, True)


async def test_tariff_that_says_prices_is_told_and_so_is_one_that_is_mended(make_world: MakeWorld) -> None:
    world = await make_world()
    await asked_for(world, tariff(currency="SEK"), ["T1"])
    await world.cpo.client.to("DE PLN").put_tariff(tariff())  # type: ignore[arg-type]  # plain JSON
    await world.smart.step()

    (kind, line), _ = lines(world, "tariff T1")
    assert (kind, line) == (EventKind.TOLD, "tariff T1 says prices: who goes by it is planned by them")
    assert world.smart.view("yard").priced_by == ("tariff T1 (1)",)


async def test_tariff_is_read_once_for_all_cars_that_go_by_it(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def counted(told: JsonObject, *args: Any, **more: Any) -> Any:
        reads.append(told["id"])
        return curve(told, *args, **more)

    monkeypatch.setattr("ocn.smart_charging.service.meaning.tariff_prices.curve", counted)
    world = await make_world()
    for name in ("E1", "E2", "E3"):
        await world.pushes(
            world.session(name, name, charging_periods=[{"tariff_id": "T1", "dimensions": []}])
        )
        leaves = format_datetime(START + timedelta(hours=8))
        await world.wants(name, profile_type="CHEAP", departure_time=leaves, energy_need=20)
    await world.cpo.client.to("DE PLN").put_tariff(tariff())  # type: ignore[arg-type]  # plain JSON

    await world.smart.step()

    assert world.smart.view("yard").priced_by == ("tariff T1 (3)",)
    assert reads == ["T1"]


async def test_what_the_site_goes_by_is_told_once(make_world: MakeWorld) -> None:
    without, with_own = await make_world(), await make_world(prices=OWN)
    for world in (without, with_own):
        for _ in range(3):
            await world.smart.step()
            world.clock.forward(180)

    assert len(lines(without, "the site has no prices of its own")) == 1
    assert len(lines(with_own, "the site goes by prices of its own")) == 1


async def test_price_file_of_yesterday_is_told_when_it_ends(make_world: MakeWorld) -> None:
    ends = PriceSeries((START - timedelta(hours=1), START), (Decimal("0.1"), Decimal("0.2")))
    world = await make_world(prices=ends)
    await world.smart.step()
    assert lines(world, "say nothing of now") == []
    for _ in range(3):
        world.clock.forward(60)
        await world.smart.step()

    assert [kind for kind, _ in lines(world, "say nothing of now")] == [EventKind.WARNING]


async def test_price_file_of_which_all_is_over_leaves_cars_to_their_tariffs(make_world: MakeWorld) -> None:
    over = PriceSeries(
        (START - timedelta(hours=2), START - timedelta(hours=1)), (Decimal("0.1"), Decimal("0.2"))
    )
    world = await make_world(prices=over)
    await asked_for(world, tariff(), ["T1"], "REGULAR")

    assert world.smart.view("yard").priced_by == ("tariff T1 (1)",)
    ((kind, line),) = lines(world, "the site's own prices")
    assert (kind, line.endswith("Meanwhile cars that wait go by their tariffs")) == (EventKind.WARNING, True)
