"""The index of lanes against the contract: every kind of event, reorganisations, restarts, audit."""

from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode

from ocn.chain.errors import ChainUnavailable
from ocn.chain.following import View
from ocn.chain.following.auditing import Auditor
from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.disputing import Standing
from ocn.settlement.core.evidence import NOTHING_YET, Kind, Leaf, extend
from ocn.settlement.core.lane import Exit, Lane
from ocn.settlement.core.typed_data import domain_separator, typed_digest
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.lanes import LaneIndex, LaneRecord, SignerRecord, calls
from ocn.settlement.lanes.audit import LaneSampler
from ocn.settlement.lanes.ledger import ChainLedger, OtherContract, dispute_of
from ocn.settlement.lanes.records import Key, Record, free_key, lane_key, signer_key
from ocn.settlement.lanes.tokens import Tokens
from ocn.settlement.ports import Ledger
from ocn.signing.hashes import keccak256

Ground = Any  # the class of conftest
A, B, C = range(3)
WINDOW = 600


async def require_equal(ground: Ground, index: LaneIndex, view: View = "latest") -> None:
    """Compare everything the index knows, and everything it does not, with the contract."""
    standing = index.standing
    at = standing.cursor if view == "latest" else standing.confirmed
    assert at is not None
    reader = ground.reader
    parties = ground.addresses[:3]
    for token in ground.tokens:
        for payer in parties:
            free = await reader.free(token, payer, at)
            assert index.free(token, payer, view) == free
            for payee in parties:
                if payer == payee:
                    continue
                said = await reader.exposure(payer, payee, token, at)
                lane = index.lane(payer, payee, token, view)
                assert (lane.claimed, lane.reserved, lane.exit, lane.exit_ready_at) == (
                    said.claimed,
                    said.reserved,
                    said.exit,
                    said.exit_ready_at,
                )
                assert said.claimable == lane.reserved + free
                assert await reader.setoff(payee, payer, token, at) == (lane.setoff, lane.leaves_at)
                assert await reader.hold_back(payer, payee, token, at) == (lane.window, lane.arbiter)


async def test_money_of_every_kind_is_where_the_contract_has_it(ground: Ground) -> None:
    await ground.funded()
    async with ground.index() as index:
        there, back = ground.lane(A, B), ground.lane(B, A)

        async def after(party: int, data: bytes) -> LaneRecord:
            receipt = await ground.send(party, data)
            await index.caught_up(receipt.block_number)
            await require_equal(ground, index)
            lane: LaneRecord = index.lane(there.payer, there.payee, there.token)
            return lane

        assert (await after(A, calls.reserve(there, 300).data)).reserved == 300
        assert (await after(A, calls.request_release(there, 200).data)).exit == 200
        paid = await after(C, calls.claim([ground.voucher(A, B, 150)]))
        assert (paid.claimed, paid.reserved, paid.exit) == (150, 150, 50)
        assert (await after(B, calls.return_reserve(there, 20).data)).exit == 30
        await ground.pass_time(61)
        assert (await after(A, calls.release(there))).reserved == 100
        paid = await after(C, calls.claim_one(ground.voucher(A, B, 400)))
        assert (paid.claimed, paid.reserved) == (400, 0)
        assert (await after(B, calls.enable_setoff(there).data)).setoff
        await after(C, calls.claim([ground.voucher(A, B, 500)]))
        assert index.lane(back.payer, back.payee, back.token).reserved == 100
        await after(C, calls.net(ground.voucher(A, B, 560), ground.voucher(B, A, 40)))
        assert (await after(B, calls.request_leave_setoff(there).data)).leaves_at > 0
        await ground.pass_time(61)
        assert not (await after(B, calls.leave_setoff(there))).setoff
        await after(A, calls.withdraw(there.payer, there.token, 7, there.payer).data)


async def test_hot_key_is_known_with_what_it_may_do(ground: Ground) -> None:
    vault, key = ground.addresses[A], ground.addresses[9]
    async with ground.index() as index:

        async def set_rights(rights: int) -> None:
            receipt = await ground.send(A, calls.set_signer(vault, key, rights).data)
            await index.caught_up(receipt.block_number)
            assert index.signer(vault, key) == await ground.reader.signer(vault, key)

        assert index.may_sign(vault, vault)
        assert not index.may_sign(vault, key)
        await set_rights(1)
        assert index.may_sign(vault, key)
        await set_rights(2)
        assert not index.may_sign(vault, key)
        assert index.signer(vault, key).retires_at > 0
        await set_rights(0)
        assert index.record(signer_key(vault, key)) == SignerRecord(0, index.signer(vault, key).retires_at)


async def hold_back(ground: Ground, lane: Lane, window: int) -> None:
    arbiter = ground.addresses[C]
    kind = (
        "HoldBack(address payer,address payee,address token,uint256 window,address arbiter,"
        "uint256 payerNonce,uint256 payeeNonce,uint256 deadline)"
    )
    nonces = [await ground.reader.nonce(party) for party in (lane.payer, lane.payee)]
    values = encode(
        ["address"] * 3 + ["uint256", "address"] + ["uint256"] * 3,
        [lane.payer, lane.payee, lane.token, window, arbiter, *nonces, 2**40],
    )
    domain = domain_separator(9, ground.source.contract)
    digest = typed_digest(domain, keccak256(kind.encode()) + values)
    signatures = [key.sign_digest(digest) for key in ground.keys if key.address in (lane.payer, lane.payee)]
    await ground.send(C, calls.agree_hold_back(lane, window, arbiter, 2**40, signatures[0], signatures[1]))


async def test_payments_that_are_held_back_are_followed_to_their_end(ground: Ground) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    await hold_back(ground, there, WINDOW)
    leaf = Leaf(Kind.CDR, PartyId("DE", "CPO"), "s", "c", 90, 1000, bytes(32))
    entry = extend(NOTHING_YET, [leaf], b"\x05" * 32)
    async with ground.index(audit_sample=20) as index:

        async def after(party: int, data: bytes) -> LaneRecord:
            receipt = await ground.send(party, data)
            await index.caught_up(receipt.block_number)
            await require_equal(ground, index)
            lane: LaneRecord = index.lane(there.payer, there.payee, there.token)
            return lane

        voucher = sign_voucher(ground.keys[A], there, entry.cumulative, entry.evidence)
        assert (await after(C, calls.claim([voucher]))).held == 90
        head = await ground.chain.block("latest")
        epoch = head.timestamp // WINDOW
        disputed = await after(A, calls.dispute(there, epoch, entry.proof(0)))
        assert (disputed.held, disputed.disputed) == (0, 90)
        leaf_hash = leaf.hashed(entry.proof(0).salt)
        ((key, opened),) = index.disputes_on(there.payer, there.payee, there.token)
        assert (opened.amount, opened.claimed, opened.evidence) == (90, 90, "0x" + entry.evidence.hex())
        frozen = await ground.reader.disputed(there.payer, there.payee, there.token, leaf_hash)
        assert frozen == (90, opened.timeout)
        assert (await after(C, calls.resolve(there, leaf_hash, 50))).disputed == 0
        assert index.disputes() == [(key, index.record(key))]
        ended = dispute_of(there, key.fourth, index.disputes()[0][1])
        assert (ended.leaf, ended.to_payer, ended.to_payee) == (leaf_hash, 50, 40)
        assert ended.standing(0) is Standing.RESOLVED
        assert (await after(C, calls.claim([ground.voucher(A, B, 190)]))).held == 100
        await ground.pass_time(3 * WINDOW)
        assert (await after(C, calls.collect(there))).held == 0


async def test_dispute_of_a_replaced_block_is_taken_back(ground: Ground) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    await hold_back(ground, there, WINDOW)
    entry = extend(
        NOTHING_YET, [Leaf(Kind.TICK, PartyId("DE", "CPO"), "s", "s", 90, 1, bytes(32))], bytes(32)
    )
    voucher = sign_voucher(ground.keys[A], there, entry.cumulative, entry.evidence)
    await ground.send(C, calls.claim([voucher]))
    head = await ground.chain.block("latest")
    assert head is not None
    async with ground.index() as index:
        sent = await ground.send(A, calls.dispute(there, head.timestamp // WINDOW, entry.proof(0)))
        await index.caught_up(sent.block_number)
        assert len(index.disputes()) == 1
        assert index.disputes("confirmed") == []
        await ground.chain.rpc.call("dev_reorg", "0x1", False)
        await index.caught_up()
        assert index.disputes() == []
        await require_equal(ground, index)


async def test_claim_of_a_replaced_block_is_taken_back(ground: Ground) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    await ground.send(A, calls.reserve(there, 300).data)
    async with ground.index() as index:
        receipt = await ground.send(C, calls.claim([ground.voucher(A, B, 150)]))
        await index.caught_up(receipt.block_number)
        assert index.lane(there.payer, there.payee, there.token).claimed == 150
        await ground.chain.rpc.call("dev_reorg", "0x1", False)
        await index.caught_up()
        assert index.lane(there.payer, there.payee, there.token) == LaneRecord(reserved=300)
        await require_equal(ground, index)


async def test_confirmed_view_has_what_lies_under_enough_blocks(ground: Ground) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    async with ground.index() as index:
        receipt = await ground.send(A, calls.reserve(there, 300).data)
        for reserved in (0, 0, 300):
            await index.caught_up()
            lane = index.lane(there.payer, there.payee, there.token, "confirmed")
            assert lane.reserved == reserved
            await require_equal(ground, index, "confirmed")
            await ground.chain.rpc.call("evm_mine")
        assert index.lane(there.payer, there.payee, there.token).reserved == 300
        assert receipt.succeeded


async def test_index_survives_a_restart_and_begins_at_its_file(ground: Ground, tmp_path: Path) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    await ground.send(A, calls.reserve(there, 300).data)
    path = tmp_path / "lanes.sqlite"
    async with ground.index(path) as index:
        await index.caught_up()
    await ground.send(C, calls.claim([ground.voucher(A, B, 150)]))
    async with ground.index(path) as index:
        assert index.lane(there.payer, there.payee, there.token).reserved == 300
        await index.caught_up()
        await require_equal(ground, index)


async def test_command_reads_once_and_is_told_when_there_is_no_chain(ground: Ground) -> None:
    await ground.funded()
    index = ground.index()
    await index.read_once()
    assert index.free(ground.tokens[0], ground.addresses[A]) == 1_000_000
    with pytest.raises(ChainUnavailable):
        await index.caught_up()
    await ground.chain.rpc.close()


async def test_index_that_begins_too_late_says_so(ground: Ground) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    receipt = await ground.send(A, calls.reserve(there, 300).data)
    late = LaneIndex(ground.chain, type(ground.source)(ground.source.contract, receipt.block_number))
    with pytest.raises(Exception, match="takes more than the events before it have left") as caught:
        await late.read_once()
    assert "deployed" in (caught.value.hint or "")  # type: ignore[attr-defined]  # every error of ours has one


async def test_settlements_of_a_lane_are_listed_by_transaction(ground: Ground) -> None:
    await ground.funded()
    there, back = ground.lane(A, B), ground.lane(B, A)
    first = await ground.send(C, calls.claim([ground.voucher(A, B, 100)]))
    await ground.send(A, calls.reserve(there, 300).data)
    netted = await ground.send(C, calls.net(ground.voucher(A, B, 250), ground.voucher(B, A, 40)))
    newest = await ground.send(C, calls.claim([ground.voucher(A, B, 300)]))
    async with ground.index() as index:
        ledger: Ledger = ChainLedger(index, Tokens(ground.chain), chain_id=9, contract=ground.source.contract)
        await index.caught_up()
        found = await ledger.settlements(there, 0)
        assert [(one.transaction, one.claimed_before, one.claimed_after) for one in found] == [
            (first.transaction, 0, 100)
        ]
        await ground.chain.rpc.call("evm_mine", {"blocks": 2})
        await index.caught_up()
        found = await ledger.settlements(there, 100)
        assert [(one.transaction, one.claimed_before, one.claimed_after) for one in found] == [
            (netted.transaction, 100, 250),
            (newest.transaction, 250, 300),
        ]
        assert [one.evidence for one in found] == [
            ground.voucher(A, B, 250).evidence,
            ground.voucher(A, B, 300).evidence,
        ]
        (credited,) = await ledger.settlements(back, 0)
        assert (credited.amount, credited.evidence) == (40, ground.voucher(B, A, 40).evidence)
    with pytest.raises(ChainUnavailable):
        await ledger.settlements(there, 0)


async def test_ledger_answers_as_the_service_asks(ground: Ground) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    await ground.send(A, calls.reserve(there, 300).data)
    await ground.send(A, calls.request_release(there, 200).data)
    async with ground.index() as index:
        await index.caught_up()
        ledger: Ledger = ChainLedger(index, Tokens(ground.chain), chain_id=9, contract=ground.source.contract)
        state = await ledger.state(there)
        assert (state.reserve, state.free, state.claimed) == (300, 999_700, 0)
        assert isinstance(state.exit, Exit)
        assert state.exit.amount == 200
        said = await ground.reader.exposure(there.payer, there.payee, there.token)
        assert state.exit.ready_at.timestamp() == said.exit_ready_at
        assert (await ledger.state(there, confirmed=True)).reserve == 0
        assert await ledger.decimals(there) == 6
        assert await ledger.may_sign(there, there.payer)
        assert not await ledger.may_sign(there, there.payee)
        with pytest.raises(OtherContract):
            await ledger.state(Lane(10, there.contract, there.token, there.payer, there.payee))


async def test_audit_finds_what_differs_and_nothing_else(ground: Ground) -> None:
    await ground.funded()
    there = ground.lane(A, B)
    await ground.send(A, calls.reserve(there, 300).data)
    await ground.send(A, calls.set_signer(there.payer, there.payee, 1).data)

    class Altered:
        """An index that is wrong about everything."""

        def __init__(self, index: LaneIndex) -> None:
            self._index = index

        def keys(self) -> list[Key]:
            return self._index.keys()

        def record(self, key: Key) -> Record | None:
            return None

    async with ground.index(audit_sample=50) as index:
        await index.caught_up()
        keys = set(index.keys())
        assert {free_key(there.token, there.payer), lane_key(there.payer, there.payee, there.token)} <= keys
        for known, wrong in ((index, set()), (Altered(index), keys)):
            sampler = LaneSampler(ground.reader, known)
            auditor = Auditor("test", sampler, sample=50, every_s=60.0)
            assert set(await sampler.chosen(50)) == keys
            assert await auditor.differing(keys) == wrong
        assert index.standing.audit_mismatches == 0


@pytest.mark.anvil
async def test_index_follows_anvil_through_a_reorganisation(anvil_ground: Ground) -> None:
    ground = anvil_ground
    await ground.funded()
    there = ground.lane(A, B)
    await ground.send(A, calls.reserve(there, 300).data)
    async with ground.index() as index:
        receipt = await ground.send(C, calls.claim([ground.voucher(A, B, 150)]))
        await index.caught_up(receipt.block_number)
        await require_equal(ground, index)
        await ground.chain.rpc.call("anvil_reorg", 1, [])
        await index.caught_up()
        assert index.lane(there.payer, there.payee, there.token) == LaneRecord(reserved=300)
        await require_equal(ground, index)
