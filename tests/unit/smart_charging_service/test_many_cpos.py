"""A planner of several CPOs: each is planned by itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from tests.unit.smart_charging_service.conftest import CPO, START, site

from ocn.ocpi.party_id import PartyId
from ocn.party import MemoryStorage
from ocn.party.errors import AnswerUnusable
from ocn.party.sending.client import Client
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.smart_charging import SmartCharging

SLOW = PartyId("FR", "LAT")


class _Told:
    """A CPO without sessions; ``read`` is released when it is asked for them. A silent one never answers."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent
        self.read = asyncio.Semaphore(0)

    async def get_location(self, location_id: str) -> Any:
        raise AnswerUnusable("there is no location")

    async def tariffs(self, *, limit: int) -> AsyncIterator[Any]:
        for tariff in list[Any]():
            yield tariff

    async def pages(self, *_: object, **__: object) -> AsyncIterator[Any]:
        self.read.release()
        if self._silent:
            await asyncio.Event().wait()
        for page in list[Any]():
            yield page


class _Cpos:
    """Stands in for a client."""

    def __init__(self) -> None:
        self.told = {CPO: _Told(silent=False), SLOW: _Told(silent=True)}

    def to(self, cpo: PartyId) -> _Told:
        return self.told[cpo]


async def test_cpo_that_never_answers_does_not_keep_another_ones_site_waiting() -> None:
    smart = SmartCharging(
        [ServedSite(site(), CPO, "LOC1"), ServedSite(replace(site(), name="slow"), SLOW, "LOC1")],
        MemoryStorage(),
        now=lambda: START,
        settings=ServiceSettings(coalesce_s=0, read_every=timedelta(0)),
    )
    cpos = _Cpos()
    async with smart.running(cast("Client", cpos)), asyncio.timeout(20):
        await cpos.told[SLOW].read.acquire()
        await cpos.told[CPO].read.acquire()
        await smart.limit("yard", Decimal(5), 60)
        while smart.view("yard").last_plan is None:
            await asyncio.sleep(0)
        assert smart.view("slow").last_plan is None
