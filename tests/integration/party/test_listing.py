"""B1 and B2 against real contracts on the embedded chain; signatories as the registry says."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from ocn.chain.client import ChainClient
from ocn.chain.deploy import deploy
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.party import MemoryStorage, Party, PartyRole, StoredReceiver, StoredSender
from ocn.party.errors import AnswerSignatureInvalid, ListingFailed, RequestFailed
from ocn.party.in_process import InProcessNetwork
from ocn.party.joining.listing import RegistryListing, RegistrySignatories
from ocn.registry.calls import set_node
from ocn.registry.reading import RegistryReader
from ocn.registry.writing import RegistryWriter
from ocn.signing.keys import PrivateKey

CPO, EMSP = PartyId("DE", "CPO"), PartyId("NL", "MSP")
ROLES = [PartyRole.of("DE CPO", "CPO")]
OFFERED = {(ModuleID.LOCATIONS, InterfaceRole.SENDER), ("decpo-own", InterfaceRole.RECEIVER)}


@dataclass
class Ground:
    chain: ChainClient
    reader: RegistryReader
    writer: RegistryWriter
    operators: list[PrivateKey]
    addresses: tuple[str, str]

    def listing(self, key: PrivateKey, operator: PrivateKey) -> RegistryListing:
        return RegistryListing(self.reader, self.writer, key=key, operator=operator.address)

    async def height(self) -> int:
        return await self.chain.head_number()


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    keys = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
    async with (
        await Devnet.open(None) as devnet,
        serving(devnet, "127.0.0.1", 0) as url,
        RpcClient(url) as rpc,
    ):
        chain = ChainClient(rpc)
        contracts = await deploy(Sender(chain, keys[0]))
        addresses = contracts.registry, contracts.permissions
        writer = RegistryWriter(Sender(chain, keys[0]), *addresses)
        for number, operator in enumerate(keys[1:3]):
            await writer.send_typed(set_node(f"http://node{number}.test"), operator)
        yield Ground(chain, RegistryReader(chain, *addresses), writer, keys[1:3], addresses)


async def test_b1_entry_is_written_once_and_moved_with_the_node(ground: Ground) -> None:
    key = PrivateKey.generate()
    assert await ground.listing(key, ground.operators[0]).ensure(ROLES, OFFERED)
    there = await ground.reader.party(CPO)
    assert there is not None
    assert (there.address, there.operator, there.node_url) == (
        key.address,
        ground.operators[0].address,
        "http://node0.test",
    )
    assert there.roles == ("CPO",)
    assert (there.modules.sender, there.modules.receiver) == ((ModuleID.LOCATIONS,), ())
    height = await ground.height()
    assert not await ground.listing(key, ground.operators[0]).ensure(ROLES, OFFERED)
    assert await ground.height() == height
    assert await ground.listing(key, ground.operators[1]).ensure(ROLES, OFFERED)
    moved = await ground.reader.party(CPO)
    assert moved is not None
    assert (moved.node_url, moved.modules) == ("http://node1.test", there.modules)


async def test_b1_the_party_itself_may_pay(ground: Ground) -> None:
    payer = PrivateKey(DEVELOPMENT_ACCOUNTS[5].key_bytes)
    writer = RegistryWriter(Sender(ground.chain, payer), *ground.addresses)
    operator = ground.operators[0].address
    listing = RegistryListing(ground.reader, writer, key=payer, operator=operator, pays_itself=True)
    assert await listing.ensure(ROLES, ())
    there = await ground.reader.party(CPO)
    assert there is not None
    assert there.address == payer.address


async def test_ids_of_somebody_else_are_refused_with_their_address(ground: Ground) -> None:
    owner, other = PrivateKey.generate(), PrivateKey.generate()
    await ground.listing(owner, ground.operators[0]).ensure(ROLES, ())
    with pytest.raises(ListingFailed, match=owner.address):
        await ground.listing(other, ground.operators[0]).ensure(ROLES, ())
    with pytest.raises(ListingFailed, match="own key"):
        await ground.listing(owner, ground.operators[0]).ensure([*ROLES, PartyRole.of("NL MSP", "EMSP")], ())


async def test_operator_that_is_not_listed_is_refused_by_the_registry(ground: Ground) -> None:
    with pytest.raises(ListingFailed, match="reverted"):
        await ground.listing(PrivateKey.generate(), PrivateKey.generate()).ensure(ROLES, ())


async def test_b2_second_start_writes_nothing_to_the_chain(ground: Ground) -> None:
    network, storage = InProcessNetwork(), MemoryStorage()
    keys = PrivateKey.generate(), PrivateKey.generate()
    signatories = RegistrySignatories(ground.reader, keep_s=0)
    emsp_storage = MemoryStorage()
    await ground.listing(keys[1], ground.operators[1]).ensure([PartyRole.of("NL MSP", "EMSP")], ())
    peer = Party(
        roles=[PartyRole.of("NL MSP", "EMSP")],
        node_url="http://cpo.test",
        public_url="http://emsp.test",
        serve=False,
        transport=network,
        storage=emsp_storage,
        key=keys[1],
        signatories=signatories,
        handlers=[StoredReceiver(emsp_storage)],
    )
    network.add("http://emsp.test", peer)
    await peer.open()

    def start(token_a: str | None, key: PrivateKey, listing: Any) -> Party:
        party = Party(
            roles=ROLES,
            node_url="http://emsp.test",
            public_url="http://cpo.test",
            serve=False,
            transport=network,
            storage=storage,
            key=key,
            signatories=signatories,
            listing=listing,
            token_a=token_a,
            handlers=[StoredSender(MemoryStorage())],
        )
        network.add("http://cpo.test", party)
        return party

    session: Any = {"id": "S1", "last_updated": "2026-01-01T00:00:00Z"}
    async with start(peer.invite(), keys[0], ground.listing(keys[0], ground.operators[0])) as party:
        reply = await party.client.to(EMSP).put_session(session)
        assert reply.signatories == (keys[1].address,)
    height = await ground.height()
    async with start(None, keys[0], ground.listing(keys[0], ground.operators[0])) as party:
        await party.client.to(EMSP).put_session(session)
    assert await ground.height() == height
    async with start(None, PrivateKey.generate(), None) as impostor:
        with pytest.raises(RequestFailed, match="neither DE CPO nor its node"):
            await impostor.client.to(EMSP).put_session(session)
    async with start(None, ground.operators[0], None) as by_its_node:
        assert (await by_its_node.client.to(EMSP).put_session(session)).http_status == 200
    await peer.close()


async def test_answer_signed_by_nobody_entitled_is_not_believed(ground: Ground) -> None:
    class Nobody:
        async def entitled(self, party: PartyId) -> frozenset[str]:
            return frozenset()

    network, storage = InProcessNetwork(), MemoryStorage()
    peer = Party(
        roles=ROLES,
        node_url="http://emsp.test",
        public_url="http://cpo.test",
        serve=False,
        transport=network,
        storage=storage,
        key=PrivateKey.generate(),
        handlers=[StoredSender(storage)],
    )
    network.add("http://cpo.test", peer)
    await peer.open()
    party = Party(
        roles=[PartyRole.of("NL MSP", "EMSP")],
        node_url="http://cpo.test",
        public_url="http://emsp.test",
        serve=False,
        transport=network,
        token_a=peer.invite(),
        key=PrivateKey.generate(),
        signatories=Nobody(),
    )
    network.add("http://emsp.test", party)
    async with party:
        with pytest.raises(AnswerSignatureInvalid, match="neither DE CPO nor its node"):
            _ = [item async for item in party.client.to(CPO).locations()]
    await peer.close()
