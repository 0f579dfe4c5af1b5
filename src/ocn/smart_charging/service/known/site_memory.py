"""What is remembered of sites: what CPOs charge and give there, and what was told of their limits."""

from typing import Final

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.smart_charging.service.known.shelves import Shelves
from ocn.smart_charging.service.known.told_evses import ToldEvse

TARIFFS: Final = "ocn-smart-tariffs"
CONNECTORS: Final = "ocn-smart-connectors"
LIMITS: Final = "ocn-smart-limits"
FORECASTS: Final = "ocn-smart-forecasts"
PEAKS: Final = "ocn-smart-peaks"


class SiteMemory:
    """Nothing in it is of a session. Sites go by their keys (``ServedSite.key``)."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self.tariffs: dict[tuple[str, str], JsonObject] = {}
        """By CPO and id."""
        self.tariff_ids: dict[tuple[str, str], tuple[str, ...]] = {}
        """By CPO and EVSE: those of its connectors."""
        self.told_evses: dict[str, dict[str, ToldEvse]] = {}
        """What EVSEs give that a site file does not have, by site and uid; it is read at every start."""
        self.limits: dict[str, list[JsonObject]] = {}
        """What was announced, by site."""
        self.forecasts: dict[str, JsonObject] = {}
        """What a grid operator says of capacity, by site."""
        self.peaks: dict[str, JsonObject] = {}
        """The highest power that is billed, by site."""

    async def load(self) -> None:
        """Read everything."""
        async for key, kept in self._shelves.all(LIMITS):
            self.limits[key] = kept["limits"]
        async for key, kept in self._shelves.all(PEAKS):
            self.peaks[key] = kept
        async for key, kept in self._shelves.all(FORECASTS):
            self.forecasts[key] = kept
        async for key, kept in self._shelves.all(TARIFFS):
            cpo, _, tariff_id = key.partition("/")
            self.tariffs[cpo, tariff_id] = kept
        async for key, kept in self._shelves.all(CONNECTORS):
            cpo, _, evse = key.partition("/")
            self.tariff_ids[cpo, evse] = tuple(kept["tariff_ids"])

    async def keep_tariff(self, cpo: PartyId, tariff_id: str, tariff: JsonObject) -> None:
        """Remember a tariff, whole: it says nothing of anybody."""
        await self._shelves.put(TARIFFS, f"{cpo.key}/{tariff_id.casefold()}", tariff)
        self.tariffs[cpo.key, tariff_id.casefold()] = tariff

    async def drop_tariff(self, cpo: PartyId, tariff_id: str) -> None:
        """Forget a tariff that was withdrawn."""
        await self._shelves.remove(TARIFFS, f"{cpo.key}/{tariff_id.casefold()}")
        self.tariffs.pop((cpo.key, tariff_id.casefold()), None)

    async def keep_tariff_ids(self, cpo: PartyId, evse_uid: str, ids: tuple[str, ...]) -> None:
        """Remember which tariffs hold at an EVSE."""
        if self.tariff_ids.get((cpo.key, evse_uid.casefold())) != ids:
            await self._shelves.put(CONNECTORS, f"{cpo.key}/{evse_uid.casefold()}", {"tariff_ids": list(ids)})
            self.tariff_ids[cpo.key, evse_uid.casefold()] = ids

    async def keep_limits(self, site_key: str, limits: list[JsonObject]) -> None:
        """Remember what was announced for a site: who lowered a limit does not know of restarts."""
        if self.limits.get(site_key, []) != limits:
            await self._shelves.put(LIMITS, site_key, {"limits": limits})
            self.limits[site_key] = limits

    async def keep_forecast(self, site_key: str, forecast: JsonObject) -> None:
        """Remember what a grid operator says: it says it once, and counts on it."""
        if self.forecasts.get(site_key) != forecast:
            await self._shelves.put(FORECASTS, site_key, forecast)
            self.forecasts[site_key] = forecast

    async def keep_peak(self, site_key: str, peak: JsonObject) -> None:
        """Remember the highest power of a site."""
        if self.peaks.get(site_key) != peak:
            await self._shelves.put(PEAKS, site_key, peak)
            self.peaks[site_key] = peak
