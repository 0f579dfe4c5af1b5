"""Two nodes with a service at each, and a database that both share."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ocn.node.copies.copy import Copy, CopyFilter
from ocn.node.copies.courier import Courier, CourierSettings
from ocn.node.copies.parts import CopyParts
from ocn.node.copies.schedule import Schedule
from ocn.node.copies.sending import Sending
from ocn.node.copies.strict import StrictCopies
from ocn.node.delivery import Delivery
from ocn.node.forwarding.sender import Sender
from ocn.node.peers import SignedExchange
from ocn.node.storage import open_database
from ocn.node.storage.copies import SqlCopyStore
from ocn.node.strict import StrictLinks
from ocn.ocpi.roles import Role
from ocn.registry.listings import Agreement, Modules, NodeListing, PartyListing, Service
from ocn.registry.records import Key, Kind
from ocn.registry.static import StaticDirectory

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Node, Party, Request
else:
    Network = Node = Party = Request = object

CDRS = "/ocpi/receiver/2.2.1/cdrs"
SESSION = "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"
START = "/ocpi/receiver/2.2.1/commands/START_SESSION"
CDR = b'{"id":"C1",  "total_energy": 10.00, "unknown":{"\xc3\xa4":[1E3]}}'
FORWARD_ALL, SESSIONS_RECEIVER, CDRS_RECEIVER = 0, 6, 8


@dataclass
class Copying:
    """A network with a service at each node."""

    network: Network
    services: StaticDirectory
    near: Party
    far: Party

    @property
    def cpo(self) -> Party:
        return self.network.cpo

    @property
    def msp(self) -> Party:
        return self.network.msp

    def store(self, node: Node) -> SqlCopyStore:
        copies = self.network.world.parts[node.url].copies
        assert copies is not None
        assert isinstance(copies.store, SqlCopyStore)
        return copies.store

    def permit(self, user: Party, service: Party, *permissions: int) -> None:
        self.services.list_service(
            Service(service.key.address, service.id, "Service", "https://s.example", permissions)
        )
        self.services.agree(Agreement(user.key.address, service.key.address))

    def revoke(self, user: Party, service: Party) -> None:
        self.services.remove(Key(Kind.AGREEMENT, user.key.address, service.key.address))

    def courier(
        self,
        node: Node,
        service: Party,
        *,
        give_up: timedelta = timedelta(days=3),
        way: Delivery | None = None,
    ) -> Courier:
        world, parts, copies = (
            self.network.world,
            self.network.world.parts[node.url],
            self.network.world.parts[node.url].copies,
        )
        assert copies is not None
        exchange = SignedExchange(key=parts.key, outbound=world, now_ms=world.clock.now_ms, max_age_ms=60_000)
        way = way or Sender(
            address=parts.key.address, outbound=world, exchange=exchange, timeout_s=1, node_timeout_s=1
        )
        settings = CourierSettings(
            schedule=Schedule(timedelta(0), timedelta(0)),
            give_up=give_up,
            in_flight=4,
            lease=timedelta(minutes=1),
            poll_s=1.0,
        )
        sending = Sending(
            way,
            address=parts.key.address,
            members=node.members,
            directory=self.services,
            clock=world.clock,
            strict=StrictCopies(
                StrictLinks(key=parts.key, now_ms=world.clock.now_ms), good_for=timedelta(days=3)
            ),
        )
        return Courier(
            service.id,
            store=copies.store,
            sending=sending,
            agreements=copies.agreements,
            settings=settings,
            clock=world.clock,
        )

    async def copies(self, *services: Party) -> list[Request]:
        """Send everything that waits and return what reached the services."""
        wanted = services or (self.near, self.far)
        for service in wanted:
            await self.courier(self.network.one, service).run()
        return [request for service in wanted for request in service.backend.received]

    async def stored(self) -> list[Copy]:
        return await self.store(self.network.one).find(CopyFilter(), after=0, most=100)


@pytest.fixture
async def copying(network: Network) -> AsyncIterator[Copying]:
    services = StaticDirectory()
    world = network.world
    database = open_database("sqlite:///:memory:")
    async with database:
        await database.upgrade()
        world.new_copy_parts = lambda: CopyParts.of(SqlCopyStore(database), services)
        one, two = await world.restarted(network.one), await world.restarted(network.two)
        network.one, network.two = one, two
        network.msp.node = network.cpo.node = one
        network.cpx.node = two
        made = Copying(
            network,
            services,
            await world.join(one, "DE", "BIL", "OTHER"),
            await world.join(two, "NL", "ANA", "OTHER"),
        )
        for node in (one, two):
            services.list_node(NodeListing(node.key.address, node.url))
        for party in (network.msp, network.cpo, network.cpx, made.near, made.far):
            services.list_party(
                PartyListing(
                    party.id,
                    party.key.address,
                    (Role.OTHER,),
                    Modules(),
                    party.node.key.address,
                    party.node.url,
                )
            )
        yield made


@pytest.fixture(params=["near", "far"])
def service(request: pytest.FixtureRequest, copying: Copying) -> Party:
    """A service of the same node and one behind the other node: the same must hold for both."""
    return copying.near if request.param == "near" else copying.far
