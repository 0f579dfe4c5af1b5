"""Reading what a CPO has: page by page, and one EVSE and connector."""

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.objects import Location, Tariff
from ocn.simulation.play.scenes.stage import Stage, check, same


async def locations(stage: Stage) -> str:
    """Every location, three at a time, by the page links of the eMSP's own node."""
    found: list[Location] = []
    pages = 0
    async for page in stage.to_cpo.pages(ModuleID.LOCATIONS, limit=3):
        check(len(page.data) <= 3, f"a page has {len(page.data)} locations, 3 were asked for")
        same("X-Total-Count", page.total_count, 10)
        found += page.data
        pages += 1
    same("the locations", tuple(found), stage.fleet.locations)
    same("pages", pages, 4)
    await stage.emsp.keep_locations(stage.cpo.id, found)
    return f"{len(found)} locations on {pages} pages"


async def tariffs(stage: Stage) -> str:
    """Every tariff, two at a time; the connectors name them and no others."""
    found: list[Tariff] = []
    async for page in stage.to_cpo.pages(ModuleID.TARIFFS, limit=2):
        found += page.data
    same("the tariffs", tuple(found), stage.fleet.tariffs)
    named = {
        tariff_id
        for location in stage.fleet.locations
        for evse in location["evses"]
        for connector in evse["connectors"]
        for tariff_id in connector["tariff_ids"]
    }
    same("tariffs that connectors name", named, {tariff["id"] for tariff in found})
    await stage.emsp.keep_tariffs(stage.cpo.id, found)
    return f"{len(found)} tariffs on 2 pages"


async def evse_and_connector(stage: Stage) -> str:
    """One location, one EVSE of it, one connector of that."""
    wanted = stage.fleet.locations[0]
    evse = wanted["evses"][0]
    location = await stage.to_cpo.get_location(stage.location_id)
    same("the location", location.data, wanted)
    same("the EVSE", (await stage.to_cpo.get_evse(wanted["id"], evse["uid"])).data, evse)
    connector = evse["connectors"][0]
    got = await stage.to_cpo.get_connector(wanted["id"], evse["uid"], connector["id"])
    same("the connector", got.data, connector)
    return f"{evse['evse_id']}, {connector['standard']}, {evse['status']}"
