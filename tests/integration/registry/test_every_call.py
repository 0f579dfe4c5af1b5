"""Every change through every door, seen by the contracts' reads and by the index."""

from typing import Any

import pytest

from ocn.chain.errors import ChainReverted
from ocn.chain.transactions import Sender
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry import calls
from ocn.registry.administration import RegistryAdministration
from ocn.registry.listings import NodeListing, Permission

Ground = Any  # the class of conftest
CPO = PartyId("DE", "CPO")
MSP = PartyId("DE", "MSP")


async def _send(ground: Ground, door: str, change: calls.Change, owner: Any) -> int:
    """Make a change and return its block."""
    writer = ground.writer(owner if door == "own" else ground.keys[9])
    if door == "own":
        receipt = await writer.send(change)
    elif door == "raw":
        receipt = await writer.send_raw(change, owner)
    else:
        receipt = await writer.send_typed(change, owner)
    return int(receipt.block_number)


async def _life_of_a_network(ground: Ground, door: str) -> None:
    operator, cpo, msp = ground.keys[1:4]
    reader = ground.reader

    async with ground.index() as index:

        async def make(change: calls.Change, owner: Any) -> None:
            await index.caught_up(await _send(ground, door, change, owner))
            assert sorted(index.nodes(), key=str) == sorted(await reader.nodes(), key=str)
            assert sorted(index.parties(), key=str) == sorted(await reader.parties(), key=str)
            assert sorted(index.services(), key=str) == sorted(await reader.services(), key=str)
            for key in (cpo, msp):
                told = await reader.agreements_of(key.address)
                assert sorted(index.agreements_of(key.address), key=str) == sorted(told, key=str)

        await make(calls.set_node("https://node.example/ocn"), operator)
        assert index.node(operator.address) == NodeListing(operator.address, "https://node.example/ocn")
        await make(calls.set_party(CPO, (Role.CPO, Role.SCSP, Role.CPO), operator.address), cpo)
        await make(calls.set_party(MSP, (Role.EMSP,), operator.address), msp)
        await make(calls.set_party_modules((ModuleID.LOCATIONS, ModuleID.TARIFFS), (ModuleID.TOKENS,)), cpo)
        listing = index.party(PartyId("de", "cpo"))
        assert listing is not None
        assert listing == await reader.party(CPO) == await reader.party_by_address(cpo.address)
        assert listing.roles == (Role.CPO, Role.SCSP)
        assert listing.modules.sender == (ModuleID.LOCATIONS, ModuleID.TARIFFS)

        wanted = (Permission.FORWARD_ALL, Permission.FORWARD_MODULE_CDRS_SENDER)
        await make(calls.set_service("Copies", "https://copies.example", wanted), msp)
        await make(calls.create_agreement(msp.address), cpo)
        (service,) = index.agreements_of(cpo.address)
        assert (service.provider, service.party, service.permissions) == (msp.address, MSP, wanted)
        assert await reader.has_agreement(cpo.address, msp.address)
        await make(calls.revoke_agreement(msp.address), cpo)
        assert index.agreements_of(cpo.address) == ()
        await make(calls.create_agreement(msp.address), cpo)
        await make(calls.set_service("", "", wanted), msp)
        assert len(index.services()) == 1
        await make(calls.delete_service(), msp)
        assert index.services() == ()
        await make(calls.delete_party(), msp)
        assert index.party(MSP) is None
        await make(calls.delete_node(), operator)
        assert index.nodes() == ()
        alone = index.party(CPO)
        assert alone is not None
        assert alone.node_url is None


@pytest.mark.parametrize("door", ["own", "raw", "typed"])
async def test_every_change_by_every_door_is_seen(ground: Ground, door: str) -> None:
    await _life_of_a_network(ground, door)


@pytest.mark.npm
@pytest.mark.parametrize("door", ["own", "raw"])
async def test_original_contracts_are_served_as_well(original_ground: Ground, door: str) -> None:
    await _life_of_a_network(original_ground, door)


@pytest.mark.npm
async def test_zero_party_of_the_original_contract_is_not_believed(original_ground: Ground) -> None:
    ground = original_ground
    evil = ground.keys[1]
    await ground.writer(evil).send(calls.set_node("https://evil.example"))
    from ocn.registry.reading import REGISTRY

    zero = "0x" + "00" * 20
    junk = (0, bytes(32), bytes(32))
    data = REGISTRY["setPartyRaw"].encode(zero, b"ZZ", b"ZZZ", [0], evil.address.lower(), *junk)
    receipt = await ground.writer(evil)._sender.send(ground.source.registry, data)
    assert await ground.reader.party(PartyId("DE", "ABC")) is None
    assert await ground.reader.parties() == []
    async with ground.index() as index:
        await index.caught_up(receipt.block_number)
        assert index.parties() == ()


async def test_owner_may_take_listings_off_and_nobody_else(ground: Ground) -> None:
    owner, operator, cpo = ground.keys[:3]
    await ground.writer(operator).send(calls.set_node("https://node.example"))
    await ground.writer(cpo).send(calls.set_party(CPO, (Role.CPO,), operator.address))
    stranger = RegistryAdministration(Sender(ground.chain, cpo), ground.source.registry)
    with pytest.raises(ChainReverted, match="caller is not the owner"):
        await stranger.delete_node(operator.address)
    administration = RegistryAdministration(Sender(ground.chain, owner), ground.source.registry)
    await administration.delete_party(PartyId("de", "cpo"))
    await administration.delete_node(operator.address)
    assert await ground.reader.parties() == await ground.reader.nodes() == []
    await administration.transfer_ownership(cpo.address)
    await stranger.renounce_ownership()
    assert await administration.owner() is None


async def test_refusal_by_the_contract_has_its_reason(ground: Ground) -> None:
    with pytest.raises(ChainReverted, match="Cannot delete node that does not exist"):
        await ground.writer(ground.keys[1]).send(calls.delete_node())


async def test_typed_signature_cannot_be_used_again(ground: Ground) -> None:
    from ocn.registry.reading import REGISTRY
    from ocn.registry.signatures import typed_digest

    owner = ground.keys[1]
    change = calls.set_node("https://node.example")
    head = await ground.chain.block("latest")
    until = head.timestamp + 600
    digest = typed_digest(
        change,
        owner.address,
        nonce=0,
        deadline=until,
        chain_id=await ground.chain.chain_id(),
        contract=ground.source.registry,
    )
    signature = owner.sign_digest(digest)
    vrs = (signature[64], signature[:32], signature[32:64])
    data = REGISTRY["setNodeBySig"].encode(owner.address.lower(), "https://node.example", until, *vrs)
    sender = ground.writer(ground.keys[9])._sender
    await sender.send(ground.source.registry, data)
    await ground.writer(owner).send(calls.delete_node())
    with pytest.raises(ChainReverted):
        await sender.send(ground.source.registry, data)
