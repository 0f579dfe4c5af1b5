"""The party kit at both ends and two nodes between: everything strictly signed, everything demanded."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party import MemoryStorage, Party, PartyRole, StoredReceiver, StoredSender, StrictTerms, accepted
from ocn.party.errors import RegistrationRefused
from ocn.party.in_process import InProcessNetwork
from ocn.party.sending.transport import RawAnswer
from ocn.party.signatures.strict_terms import ListedKeys
from ocn.signing import PrivateKey

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Node, World
else:
    Network = Node = World = Any

DEMANDS = {"demand": "strict", "possession": "required"}
SESSION: Any = {
    "id": "S1",
    "country_code": "FR",
    "party_id": "CPO",
    "kwh": 1,
    "last_updated": "2026-01-01T00:00:00Z",
}


@dataclass
class Directory:
    """The world's registry, as a party asks it."""

    world: World

    async def keys(self, party: PartyId) -> ListedKeys | None:
        listing = self.world.directory.listings.get(party)
        return ListedKeys(listing.address, listing.operator) if listing else None

    async def entitled(self, party: PartyId) -> frozenset[str]:
        keys = await self.keys(party)
        return frozenset({keys.party, keys.operator} if keys else ())


@dataclass
class Wire:
    """Lets a party call the nodes of the world, and the nodes call the party."""

    world: World

    def __post_init__(self) -> None:
        self.parties = InProcessNetwork()

    def add(self, url: str, party: Party) -> None:
        self.parties.add(url, party)
        answer_of = type(self.world).request.__globals__["Answer"]

        async def call(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:
            raw = await self.parties.send(method, url + target, headers, body, timeout_s=5)
            return answer_of(raw.status, tuple(raw.headers.items()), raw.body)

        nodes: dict[str, Any] = self.world.nodes
        nodes[url] = SimpleNamespace(call=call)

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float
    ) -> RawAnswer:
        answer = await self.world.request(method, url, headers, body or b"", timeout_s=timeout_s)
        return RawAnswer(answer.status, dict(answer.headers), answer.body)

    async def close(self) -> None:
        return None


class Chargers:
    async def unlock_connector(self, _request: Any, _command: Any) -> Any:
        async def later() -> dict[str, object]:
            return {"result": "ACCEPTED"}

        return accepted(later())


@dataclass
class Ends:
    cpo: Party
    emsp: Party
    cpo_storage: MemoryStorage
    emsp_storage: MemoryStorage


async def _kit(
    wire: Wire, node: Node, code: str, role: str, handlers: list[object], storage: MemoryStorage, **more: Any
) -> Party:
    world, key, party = wire.world, PrivateKey.generate(), PartyId("FR", code)
    listing_of = type(next(iter(world.directory.listings.values())))
    world.directory.listings[party] = listing_of(
        key.address, node.key.address, node.url, party, (Role(role),)
    )
    invited = await node.call(
        "POST",
        "/admin/generate-registration-token",
        {"Authorization": "Token admin"},
        b'[{"country_code":"FR","party_id":"%s"}]' % code.encode(),
    )
    settings: dict[str, Any] = {
        "key": key,
        "require_signatures": False,
        "signatories": Directory(world),
        "strict": StrictTerms(sign=True, require=True),
        **more,
    }
    made = Party(
        roles=[PartyRole.of(f"FR {code}", role)],
        node_url=node.url,
        token_a=invited.json["token"],
        public_url=f"http://kit-{code.lower()}.test",
        serve=False,
        transport=wire,
        storage=storage,
        handlers=handlers,
        **settings,
    )
    wire.add(f"http://kit-{code.lower()}.test", made)
    return made


@pytest.fixture
async def ends(network: Network) -> AsyncIterator[Ends]:
    world = network.world
    world.clock.moment = datetime.now(UTC)
    one, two = await world.node("three", signing=DEMANDS), await world.node("four", signing=DEMANDS)
    wire, cpo_storage, emsp_storage = Wire(world), MemoryStorage(), MemoryStorage()
    async with AsyncExitStack() as stack:
        cpo = await _kit(
            wire,
            two,
            "CPO",
            "CPO",
            [Chargers(), StoredSender(cpo_storage), StoredReceiver(cpo_storage)],
            cpo_storage,
        )
        emsp = await _kit(
            wire, one, "MSP", "EMSP", [StoredSender(emsp_storage), StoredReceiver(emsp_storage)], emsp_storage
        )
        await stack.enter_async_context(cpo)
        await stack.enter_async_context(emsp)
        yield Ends(cpo, emsp, cpo_storage, emsp_storage)


async def test_push_arrives_and_its_answer_names_the_partys_key(ends: Ends) -> None:
    reply = await ends.cpo.client.to("FR MSP").put_session(SESSION)

    assert len(reply.signatories) == 1


async def test_command_and_its_result_go_there_and_back(ends: Ends) -> None:
    pending = await ends.emsp.client.to("FR CPO").unlock_connector("L1", "1", "1")

    assert (await pending.result())["result"] == "ACCEPTED"


async def test_pages_are_followed_through_both_nodes(ends: Ends) -> None:
    for number in range(120):
        location = {"id": f"L{number}", "last_updated": "2026-01-01T00:00:00Z"}
        await ends.cpo_storage.put("locations", PartyId("FR", "CPO"), f"L{number}", location)

    found = [item async for item in ends.emsp.client.to("FR CPO").locations()]

    assert len(found) == 120


async def test_registration_without_the_listed_key_is_refused(network: Network) -> None:
    world = network.world
    node = await world.node("five", signing=DEMANDS)
    wire = Wire(world)
    party = await _kit(wire, node, "XXX", "EMSP", [StoredReceiver(MemoryStorage())], MemoryStorage())
    listing_of = type(next(iter(world.directory.listings.values())))
    other = PrivateKey.generate().address
    world.directory.listings[PartyId("FR", "XXX")] = listing_of(
        other, node.key.address, node.url, PartyId("FR", "XXX"), (Role.EMSP,)
    )

    with pytest.raises(RegistrationRefused, match="prove"):
        async with party:
            raise AssertionError("registered")
    await party.close()
