"""Bring everybody of the day on the network, and let CPOs and eMSP permit the planner what it asks for."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party.storage.port import MemoryStorage, PartyStorage
from ocn.party.traffic import Exchange
from ocn.registry.listings import Permission
from ocn.signing.keys import PrivateKey
from ocn.simulation.clock import SteppedClock
from ocn.simulation.emsp.emsp import SimulatedEmsp
from ocn.simulation.network.network import LocalNetwork, LocalNode
from ocn.simulation.network.party_files import PartyFiles
from ocn.simulation.parties.connection import Connection
from ocn.simulation.parties.simulated_party import SimulatedParty
from ocn.simulation.play.cast import EMSP
from ocn.simulation.play.traffic import Traffic
from ocn.simulation.smart.copies import Copies
from ocn.simulation.smart.planner import MakePlanner, Planner
from ocn.simulation.smart.scenario import Scenario
from ocn.simulation.smart.site_cpo import SiteCpo

PLANNER = PartyId("NL", "PLN")
ASKED_FOR = (
    Permission.FORWARD_MODULE_LOCATIONS_RECEIVER,
    Permission.FORWARD_MODULE_SESSIONS_SENDER,
    Permission.FORWARD_MODULE_SESSIONS_RECEIVER,
    Permission.FORWARD_MODULE_CDRS_RECEIVER,
    Permission.FORWARD_MODULE_TARIFFS_RECEIVER,
)
_OF_A_CPO = frozenset({ModuleID.LOCATIONS, ModuleID.SESSIONS, ModuleID.CDRS, ModuleID.TARIFFS})
_OF_AN_EMSP = frozenset({ModuleID.SESSIONS})


@dataclass(frozen=True, slots=True)
class SmartCast:
    """Everybody, on the network, at the moment at which the clock stands."""

    emsp: SimulatedEmsp
    sites: tuple[SiteCpo, ...]
    hired: SimulatedParty
    planner: Planner
    clock: SteppedClock
    copies: Copies
    traffic: Traffic

    @property
    def parties(self) -> tuple[SimulatedParty, ...]:
        """All of them."""
        return (self.emsp, *self.sites, self.hired)


class _Joining:
    """What parties need to join one network."""

    def __init__(self, network: LocalNetwork, traffic: Traffic, copies: Copies) -> None:
        self.network = network
        self._traffic = traffic
        self._copies = copies
        self.keys: dict[PartyId, PrivateKey] = {}

    async def connection(
        self, party: PartyId, node: LocalNode, storage: PartyStorage | None = None
    ) -> Connection:
        files = PartyFiles(self.network.directory / "parties" / party.key)
        self.keys[party] = files.key
        return Connection(
            node_url=node.url,
            token_a=await self.network.invite(party, node),
            storage=storage or files.storage,
            key=files.key,
            listing=self.network.listing(files.key, node),
            signatories=self.network.signatories,
            port=files.port,
            watch=self._watch,
        )

    def _watch(self, exchange: Exchange) -> None:
        self._traffic.watch(exchange)
        self._copies.watch(exchange)


@asynccontextmanager
async def on_the_smart_network(
    network: LocalNetwork, scenario: Scenario, traffic: Traffic, make_planner: MakePlanner
) -> AsyncIterator[SmartCast]:
    """Bring an eMSP and the first site at node 1, the second site and the planner at node 2.

    All sign, and refuse what is not signed. When this is entered, both CPOs and the eMSP have agreed on the
    chain that the planner gets what it asks for, and both nodes know.
    """
    here, there = network.nodes
    clock = SteppedClock(scenario.slots.start)
    copies = Copies(PLANNER, _permitted(scenario))
    joining = _Joining(network, traffic, copies)
    async with AsyncExitStack() as stack:
        connection = await joining.connection(EMSP, here, MemoryStorage())
        emsp = await stack.enter_async_context(SimulatedEmsp(EMSP, connection, drivers=scenario.visits))
        sites = []
        for day, node in zip(scenario.sites, (here, there), strict=True):
            connection = await joining.connection(day.cpo, node, MemoryStorage())
            site = SiteCpo(day, connection, clock, frozenset({PLANNER}))
            sites.append(await stack.enter_async_context(site))
        connection = await joining.connection(PLANNER, there)
        stack.push_async_callback(connection.storage.close)
        planner = make_planner(scenario, connection.storage, clock.now)
        hired = await stack.enter_async_context(_hired(connection, planner))
        await _permit(joining, [emsp.id, *(site.id for site in sites)])
        cast = SmartCast(emsp, tuple(sites), hired, planner, clock, copies, traffic)
        for party in cast.parties:
            traffic.settle(party.id, await network.seen_everywhere(party.id))
        for site in sites:
            await emsp.learn(site.id)
            clock.owes(site.settled)
        clock.owes(emsp.party.settled)
        clock.owes(copies.settled)
        await stack.enter_async_context(planner.running(hired.party.client))
        yield cast


def _hired(connection: Connection, planner: Planner) -> SimulatedParty:
    party = connection.party(
        PLANNER, Role.SCSP, "Planner", planner.handlers, planner.modules, connection.storage
    )
    return SimulatedParty(PLANNER, connection.node_url, party)


async def _permit(joining: _Joining, users: list[PartyId]) -> None:
    network, key = joining.network, joining.keys[PLANNER]
    await network.offer_service("Smart charging", "https://planner.example", ASKED_FOR, key)
    for user in users:
        await network.permit(key.address, joining.keys[user])
    await network.read_everywhere()


def _permitted(scenario: Scenario) -> Mapping[PartyId, frozenset[ModuleID]]:
    of_cpos = {day.cpo: _OF_A_CPO for day in scenario.sites}
    return MappingProxyType({EMSP: _OF_AN_EMSP, **of_cpos})
