"""The index on real chains: reorganisations, audit, the two directories as one."""

from typing import Any

import pytest

from ocn.chain.following import View
from ocn.chain.following.auditing import Auditor
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry import calls
from ocn.registry.directory import Directory
from ocn.registry.index.audit import RegistrySampler
from ocn.registry.index.directory import Lookups
from ocn.registry.listings import Agreement, Permission
from ocn.registry.records import Key
from ocn.registry.static import StaticDirectory

Ground = Any  # the class of conftest
CPO = PartyId("DE", "CPO")


async def _two_parties_of_which_one_vanishes(ground: Ground, method: str, *params: Any) -> None:
    operator, cpo, msp = ground.keys[1:4]
    await ground.writer(operator).send(calls.set_node("https://node.example"))
    await ground.writer(cpo).send(calls.set_party(CPO, (Role.CPO,), operator.address))
    async with ground.index() as index:
        receipt = await ground.writer(msp).send(
            calls.set_party(PartyId("DE", "MSP"), (Role.EMSP,), operator.address)
        )
        await index.caught_up(receipt.block_number)
        assert len(index.parties()) == 2
        await ground.chain.rpc.call(method, *params)
        await index.caught_up()
        assert [listing.party for listing in index.parties()] == [CPO]
        assert list(index.parties()) == await ground.reader.parties()
        assert index.status.reorganisations == 1


async def test_party_of_a_replaced_block_leaves_the_index(ground: Ground) -> None:
    await _two_parties_of_which_one_vanishes(ground, "dev_reorg", "0x1", False)


@pytest.mark.anvil
async def test_party_of_a_replaced_block_leaves_the_index_on_anvil(anvil_ground: Ground) -> None:
    await _two_parties_of_which_one_vanishes(anvil_ground, "anvil_reorg", 1, [])


@pytest.mark.anvil
async def test_every_change_reads_the_same_on_anvil(anvil_ground: Ground) -> None:
    operator, cpo = anvil_ground.keys[1:3]
    await anvil_ground.writer(operator).send_typed(calls.set_node("https://node.example"), operator)
    receipt = await anvil_ground.writer(operator).send_raw(
        calls.set_party(CPO, (Role.CPO,), operator.address), cpo
    )
    async with anvil_ground.index() as index:
        await index.caught_up(receipt.block_number)
        assert list(index.parties()) == await anvil_ground.reader.parties() != []


async def _populated(ground: Ground) -> None:
    operator, cpo, msp = ground.keys[1:4]
    await ground.writer(operator).send(calls.set_node("https://node.example"))
    await ground.writer(cpo).send(calls.set_party(CPO, (Role.CPO,), operator.address))
    await ground.writer(msp).send(calls.set_party(PartyId("DE", "MSP"), (Role.EMSP,), operator.address))
    await ground.writer(msp).send(calls.set_service("Copies", "", (Permission.FORWARD_ALL,)))
    await ground.writer(cpo).send(calls.create_agreement(msp.address))


async def test_audit_of_a_true_index_finds_nothing_and_of_a_false_one_everything(ground: Ground) -> None:
    await _populated(ground)
    async with ground.index(audit_sample=20) as index:
        await index.caught_up()
        assert await _auditor(ground, index).differing(index.keys()) == set()
        auditor = _auditor(ground, StaticDirectory())
        assert await auditor.differing(index.keys()) == set(index.keys())
        assert await auditor.look(1.0)
        assert auditor.mismatches == 0
        assert not await auditor.look(2.0)
        assert auditor.mismatches == 2


def _auditor(ground: Ground, lookups: Lookups) -> Auditor[Key]:
    return Auditor("test", RegistrySampler(ground.reader, lookups), sample=20, every_s=3600.0)


VIEWS: tuple[View, ...] = ("latest", "confirmed")


def _answers(directory: Directory, cpo: str, msp: str, view: View) -> list[object]:
    return [
        *(directory.party(PartyId.parse(ids), view) for ids in ("de cpo", "DE MSP", "XX XXX")),
        *(directory.party_by_address(address, view) for address in (cpo, msp, "0x" + "00" * 20)),
        *(directory.node(listing.operator, view) for listing in directory.parties(view)),
        directory.node(cpo, view),
        *(directory.service(address, view) for address in (cpo, msp)),
        *(directory.agreements_of(address, view) for address in (cpo, msp)),
        directory.nodes(view),
        directory.parties(view),
        directory.services(view),
    ]


async def test_static_directory_answers_as_the_index_does(ground: Ground) -> None:
    await _populated(ground)
    cpo, msp = ground.keys[2:4]
    async with ground.index(confirmations=0) as index:
        await index.caught_up()
        static = StaticDirectory(
            index.nodes(), index.parties(), index.services(), [Agreement(cpo.address, msp.address)]
        )
        await static.caught_up()
        for view in VIEWS:
            assert _answers(static, cpo.address, msp.address, view) == _answers(
                index, cpo.address, msp.address, view
            )
