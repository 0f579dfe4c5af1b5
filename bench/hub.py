"""One node with receivers of broadcasts: ``python -m bench.hub RECEIVERS SINK SILENT``.

The real server, stages, lanes and client over a SQLite file. The registry alone stands in memory, since to
list a thousand parties on a chain would take longer than all of the bench. ``SINK`` and ``SILENT`` are
addresses without a path; ``SILENT`` is the one receiver that never answers, ``-`` for none. Prints its port.
"""

import asyncio
import gc
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

import uvloop

from bench.machine import allow_many_files
from ocn.node.clock import SystemClock
from ocn.node.compose import Parts, assemble
from ocn.node.config import NodeConfig
from ocn.node.exits import Exit, GuardedUrls
from ocn.node.members import Members, token_hash
from ocn.node.model import Platform, PlatformRole
from ocn.node.object_store.model import Bounds
from ocn.node.outbound import AddressGuard, HttpClient, OutboundLimits
from ocn.node.serving import listening
from ocn.node.storage import MemoryLinkStore, MemoryPlatformStore, SqlObjectStore, open_database
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.registry.listings import NodeListing
from ocn.signing import PrivateKey

SENDER, FIRST = PartyId("NL", "CPO"), PartyId("DE", "000")
TOKEN = "a" * 43


@dataclass(frozen=True)
class _Listing:
    party: PartyId
    roles: tuple[Role, ...]
    address: str
    operator: str
    node_url: str | None = "http://node.test"


class _Registry:
    """Lists the parties of this node."""

    def __init__(self, address: str, platforms: Sequence[Platform]) -> None:
        self._listings = {
            role.party: _Listing(role.party, (role.role,), address, address)
            for platform in platforms
            for role in platform.roles
        }

    def party(self, party: PartyId) -> _Listing | None:
        return self._listings.get(party)

    def parties(self) -> list[_Listing]:
        return list(self._listings.values())

    def node(self, operator: str) -> NodeListing | None:
        return None

    def nodes(self) -> list[NodeListing]:
        return []

    async def caught_up(self) -> None:
        return None


async def _serve(receivers: int, sink: str, silent: str) -> None:
    key = PrivateKey.generate()
    platforms = [_platform(SENDER, Role.CPO, TOKEN, sink)]
    platforms += [
        _platform(PartyId("DE", f"{number:03}"), Role.EMSP, f"token-{number}", sink)
        for number in range(receivers)
    ]
    if silent != "-":
        platforms.append(_platform(PartyId("FR", "OFF"), Role.EMSP, "token-of-the-silent", silent))
    store = MemoryPlatformStore()
    for platform in platforms:
        await store.register(platform)
    members = Members(store)
    await members.refresh()
    guard = AddressGuard(allow_private=True, allow_http=True)
    config = NodeConfig.model_validate(
        {
            "url": "http://node.test",
            "network": {"allow_http": True},
            "listen": {"host": "127.0.0.1", "port": 0},
        }
    )
    with tempfile.TemporaryDirectory(prefix="ocn-hub-") as directory:
        async with open_database(f"sqlite:///{directory}/hub.sqlite") as database:
            await database.upgrade()
            parts = Parts(
                key=key,
                admin_key="admin",
                platforms=store,
                links=MemoryLinkStore(),
                directory=_Registry(key.address, platforms),
                outbound=Exit(HttpClient(OutboundLimits(), guard)),
                url_check=GuardedUrls(guard),
                index_view=dict,
                problems=list,
                objects=SqlObjectStore(database, SystemClock(), Bounds()),
            )
            async with listening(assemble(config, parts, members), config) as server:
                gc.freeze()
                gc.set_threshold(50_000, 50, 50)
                print(server.port, flush=True)
                await asyncio.Event().wait()


def _platform(party: PartyId, role: Role, token: str, modules_at: str) -> Platform:
    return Platform(
        id=str(party),
        version=VersionNumber.V2_2_1,
        versions_url="http://127.0.0.1:9/versions",
        their_token="b",
        our_token_hash=token_hash(token),
        roles=(PlatformRole(party, role),),
        sends_base64=True,
        endpoints={("locations", InterfaceRole.RECEIVER): f"{modules_at}/{party.party_id}/locations"},
    )


if __name__ == "__main__":
    allow_many_files()
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
