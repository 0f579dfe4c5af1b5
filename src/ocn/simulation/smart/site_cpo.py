"""A CPO that is one charging site on a stepped clock: its cars come and go by a made-up day, and obey."""

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party.limits import Limits
from ocn.party.receiving.routes import CPO_MODULES
from ocn.party.storage.stored_receiver import StoredReceiver
from ocn.simulation.clock import Clock
from ocn.simulation.cpo.history import no_history
from ocn.simulation.cpo.lists import CpoLists, Ledger
from ocn.simulation.cpo.operations import Operations
from ocn.simulation.parties.connection import Connection
from ocn.simulation.parties.simulated_party import SimulatedParty
from ocn.simulation.smart.cars import Visitors
from ocn.simulation.smart.meters import Meters
from ocn.simulation.smart.preferences import Preferences
from ocn.simulation.smart.premises import premises
from ocn.simulation.smart.scenario import LOCATION, SiteDay
from ocn.simulation.smart.site_commands import SiteCommands
from ocn.simulation.smart.slot_reports import SlotReports
from ocn.simulation.updates import Updates
from ocn.smart_charging.simulation.generator import Stay

_LIMITS = Limits(page_size=4)
"""A day's session has hundreds of readings, and the notary's signature of a page names every one of them."""


class SiteCpo(SimulatedParty):
    """Nothing happens here by itself: the day says when cars come and go, and when meters are told of."""

    def __init__(self, day: SiteDay, connection: Connection, clock: Clock, hired: frozenset[PartyId]) -> None:
        self.day = day
        self.visitors = Visitors()
        self.operations = Operations(
            day.cpo,
            clock,
            fleet=premises(day.cpo, LOCATION, day.site),
            arrivals=self.visitors,
            hired=hired,
        )
        self.meters = Meters(day, self.operations.running.values)
        ledger = Ledger(day.cpo, no_history)
        self.reports = SlotReports(self.operations, ledger, Updates(), clock)
        self.commands = SiteCommands(
            self.operations, self.reports, clock, lambda: self.meters.is_within(clock.now())
        )
        self.preferences = Preferences(self.operations, clock)
        joins = connection.party(
            day.cpo,
            Role.CPO,
            f"Simulated site {day.cpo}",
            (
                CpoLists(self.operations.points, ledger, hired),
                self.commands,
                self.preferences,
                StoredReceiver(connection.storage),
            ),
            CPO_MODULES | {(ModuleID.HUB_CLIENT_INFO, InterfaceRole.RECEIVER)},
            connection.storage,
            limits=_LIMITS,
        )
        super().__init__(day.cpo, connection.node_url, joins)

    async def settled(self) -> None:
        """Wait until this site owes nobody anything."""
        await self.reports.settled()
        await self.party.settled()

    def come(self, slot: int) -> list[Stay]:
        """Let the cars of a slot plug in; nothing is drawn before their sessions start."""
        coming = [stay for stay in self.day.stays if stay.arrival == slot]
        self.visitors.come(coming)
        return coming

    async def leave(self, slot: int) -> list[Stay]:
        """Let cars leave at the beginning of a slot; their sessions end and are billed."""
        leaving = [stay for stay in self.day.stays if stay.departure == slot]
        await self.reports.over(
            [self.operations.running[stay.id] for stay in leaving if stay.id in self.operations.running]
        )
        self.visitors.go(leaving)
        return leaving
