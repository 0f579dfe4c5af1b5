"""The parties of the local network: an eMSP and a CPO at the first node, a CPO at the second."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.simulation.cpo.cpo import Pace, SimulatedCpo
from ocn.simulation.emsp.emsp import SimulatedEmsp
from ocn.simulation.network.network import LocalNetwork, LocalNode
from ocn.simulation.network.party_files import PartyFiles
from ocn.simulation.parties.connection import Connection
from ocn.simulation.parties.simulated_party import SimulatedParty
from ocn.simulation.play.traffic import Traffic

if TYPE_CHECKING:
    from ocn.simulation.play.purse import Purse

EMSP = PartyId("DE", "MSP")
LOCAL_CPO = PartyId("DE", "CPO")
REMOTE_CPO = PartyId("NL", "CPX")
PLAY_PACE = Pace(speed=600, report_every=timedelta(milliseconds=300), reaction=timedelta(milliseconds=100))
"""For the play: ten minutes of charging a second."""
VERSIONS: Mapping[PartyId, VersionNumber] = MappingProxyType(
    {EMSP: VersionNumber.V2_3_0, LOCAL_CPO: VersionNumber.V2_1_1, REMOTE_CPO: VersionNumber.V2_2_1}
)
"""Who speaks what where nobody speaks the same."""
OpenPurse: TypeAlias = "Callable[[LocalNetwork, PartyId, PartyFiles], AbstractAsyncContextManager[Purse]]"
_THE_SAME: Mapping[PartyId, VersionNumber] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cast:
    """The parties, all on the network."""

    emsp: SimulatedEmsp
    cpos: tuple[SimulatedCpo, ...]
    purses: Mapping[PartyId, "Purse"] = field(default_factory=dict)

    @property
    def players(self) -> tuple[SimulatedParty, ...]:
        """All of them."""
        return (self.emsp, *self.cpos)


@asynccontextmanager
async def on_the_network(
    network: LocalNetwork,
    traffic: Traffic,
    *,
    pace: Pace,
    signatures_required: bool,
    versions: Mapping[PartyId, VersionNumber] = _THE_SAME,
    purses: "OpenPurse | None" = None,
    hired: frozenset[PartyId] = frozenset(),
) -> AsyncIterator[Cast]:
    """Bring the parties on the network, as anybody would come: listing, TOKEN_A, handshake.

    All sign. ``signatures_required`` says whether they also refuse what is not signed. With ``versions``
    they must not: a signature of the notary ends where the body is written anew, and 2.1.1 has none.
    With ``purses`` each gets one, and CPOs are paid while they deliver, once there are terms. Planners that
    are ``hired`` may read and limit all sessions of both CPOs.
    """
    here, there = network.nodes
    opened: dict[PartyId, Purse] = {}

    async def connection(stack: AsyncExitStack, party: PartyId, node: LocalNode) -> Connection:
        files = PartyFiles(network.directory / "parties" / party.key)
        stack.push_async_callback(files.storage.close)
        known = await files.storage.load_registration() is not None
        if purses is not None:
            opened[party] = await stack.enter_async_context(purses(network, party, files))
        return Connection(
            node_url=node.url,
            token_a=None if known else await network.invite(party, node),
            storage=files.storage,
            key=files.key,
            signatures_required=signatures_required,
            listing=network.listing(files.key, node),
            signatories=network.signatories,
            port=files.port,
            watch=traffic.watch,
            version=versions.get(party),
        )

    async with AsyncExitStack() as stack:
        # The eMSP comes first, so that it goes last and nobody reports to a party that is gone.
        connected = await connection(stack, EMSP, here)
        pays = opened[EMSP].payer() if opened else None
        emsp = await stack.enter_async_context(SimulatedEmsp(EMSP, connected, pays))
        cpos: list[SimulatedCpo] = []
        for party, node in ((LOCAL_CPO, here), (REMOTE_CPO, there)):
            connected = await connection(stack, party, node)
            is_paid = opened[party].payee() if opened else None
            cpo = SimulatedCpo(party, connected, pace, settles=is_paid, hired=hired)
            cpos.append(await stack.enter_async_context(cpo))
        for party in (EMSP, LOCAL_CPO, REMOTE_CPO):
            traffic.settle(party, await network.seen_everywhere(party))
        for cpo in cpos:
            if not cpo.version.has_routing:  # to it, its node stands in for everyone
                traffic.settle(cpo.hub, cpo.node_url)
        yield Cast(emsp, tuple(cpos), opened)
