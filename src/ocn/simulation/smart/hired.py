"""The planner that is hired: the project's own service, as anybody would run it, but for its clock."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta

from ocn.party.receiving.routes import Interface
from ocn.party.sending.client import Client
from ocn.party.serving import bind
from ocn.party.storage.port import PartyStorage
from ocn.simulation.network.files import HOST
from ocn.simulation.smart.scenario import LOCATION, GridCut, Scenario
from ocn.smart_charging.page import PageServing
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.smart_charging import SmartCharging

_SETTINGS = ServiceSettings(
    # Copies are awaited, so nothing is lost that would have to be read again.
    read_every=timedelta(days=1),
    read_all_every=timedelta(days=1),
    # Nodes answer with the time of the machine, which is not the time of the day that is played.
    plan_by_cpo_clock=False,
)
_SECRET = b"the same names in every run"


class HiredPlanner:
    """The service, driven by hand."""

    def __init__(self, scenario: Scenario, storage: PartyStorage, now: Callable[[], datetime]) -> None:
        served = [ServedSite(day.site, day.cpo, LOCATION, day.prices) for day in scenario.sites]
        self.service = SmartCharging(served, storage, secret=_SECRET, now=now, settings=_SETTINGS)

    @property
    def handlers(self) -> Sequence[object]:
        """See :class:`ocn.simulation.smart.planner.Planner`."""
        return self.service.handlers

    @property
    def modules(self) -> frozenset[Interface]:
        """See :class:`ocn.simulation.smart.planner.Planner`."""
        return self.service.modules

    def running(self, client: Client) -> AbstractAsyncContextManager[object]:
        """See :class:`ocn.simulation.smart.planner.Planner`."""
        return self.service.running(client, by_hand=True)

    async def step(self) -> None:
        """See :class:`ocn.simulation.smart.planner.Planner`."""
        await self.service.step()

    def cut(self, site_name: str, cut: GridCut) -> None:
        """See :class:`ocn.simulation.smart.planner.Planner`."""
        self.service.announce(site_name, GridEvent(cut.begin, cut.until, part=cut.part))


@asynccontextmanager
async def page_of(planner: HiredPlanner, port: int) -> AsyncIterator[str]:
    """Serve the planner's page for the length of a block, at the URL that is given."""
    page = PageServing(planner.service, bind(HOST, port))
    await page.start()
    try:
        yield page.url
    finally:
        await page.stop()
