"""What Ledger and Keeper owe to settlement, whoever implements them."""

from typing import Any

from ocn.settlement.core.holding_back import HoldBack
from ocn.settlement.core.lane import LaneState
from ocn.signing.addresses import checksummed

Side = Any  # the class of conftest
A, B, HOT = 0, 1, 2


async def test_lane_that_the_chain_never_heard_of_is_empty(side: Side) -> None:
    for confirmed in (False, True):
        assert await side.ledger.state(side.lane(A, B), confirmed=confirmed) == LaneState()
    assert await side.ledger.settlements(side.lane(A, B), 0) == []
    assert await side.ledger.decimals(side.lane(A, B)) == 6


async def test_reserve_moves_free_money_to_the_lane(side: Side) -> None:
    await side.fund(A, 500)
    await side.let_sign(A, HOT)
    await side.keeper.reserve(side.lane(A, B), 200)
    await side.settled()
    assert await side.ledger.state(side.lane(A, B)) == LaneState(reserve=200, free=300)
    assert await side.ledger.state(side.lane(B, A)) == LaneState()


async def test_claim_pays_from_the_reserve_first_and_as_far_as_money_goes(side: Side) -> None:
    await side.fund(A, 500)
    await side.let_sign(A, HOT)
    await side.keeper.reserve(side.lane(A, B), 200)
    await side.settled()
    for cumulative, state in (
        (150, LaneState(claimed=150, reserve=50, free=300)),
        (250, LaneState(claimed=250, reserve=0, free=250)),
        (250, LaneState(claimed=250, reserve=0, free=250)),
        (100, LaneState(claimed=250, reserve=0, free=250)),
        (900, LaneState(claimed=500, reserve=0, free=0)),
    ):
        await side.keeper.claim(side.voucher(A, B, cumulative))
        await side.settled()
        assert await side.ledger.state(side.lane(A, B)) == state
    assert (await side.ledger.state(side.lane(B, A))).free == 500
    await side.fund(A, 400)
    await side.keeper.claim(side.voucher(A, B, 900))
    await side.settled()
    assert (await side.ledger.state(side.lane(A, B), confirmed=True)).claimed == 900


async def test_settlements_tell_what_each_transaction_moved_and_for_which_voucher(side: Side) -> None:
    await side.fund(A, 500)
    vouchers = [side.voucher(A, B, cumulative) for cumulative in (100, 250)]
    for voucher in vouchers:
        await side.keeper.claim(voucher)
        await side.settled()
    first, second = await side.ledger.settlements(side.lane(A, B), 0)
    assert (first.claimed_before, first.claimed_after, first.evidence) == (0, 100, vouchers[0].evidence)
    assert (second.claimed_before, second.claimed_after, second.evidence) == (100, 250, vouchers[1].evidence)
    assert first.transaction != second.transaction
    assert first.block < second.block
    assert await side.ledger.settlements(side.lane(A, B), 100) == [second]
    assert await side.ledger.settlements(side.lane(B, A), 0) == []


async def test_net_moves_the_difference_and_counts_both_lanes(side: Side) -> None:
    await side.fund(A, 100)
    await side.keeper.net(side.voucher(A, B, 300), side.voucher(B, A, 220))
    await side.settled()
    assert await side.ledger.state(side.lane(A, B)) == LaneState(claimed=300, free=20)
    assert await side.ledger.state(side.lane(B, A)) == LaneState(claimed=220, free=80)
    (there,) = await side.ledger.settlements(side.lane(A, B), 0)
    (back,) = await side.ledger.settlements(side.lane(B, A), 0)
    assert (there.amount, back.amount) == (300, 220)


async def test_hot_key_may_sign_for_its_vault_and_nobody_else_may(side: Side) -> None:
    lane = side.lane(A, B)
    await side.fund(A, 500)
    await side.let_sign(A, HOT)
    for key, may in ((A, True), (HOT, True), (B, False)):
        assert await side.ledger.may_sign(lane, side.keys[key].address) is may
    assert not await side.ledger.may_sign(side.lane(B, A), side.keys[HOT].address)
    await side.keeper.claim(side.voucher(A, B, 60, key=HOT))
    await side.settled()
    assert (await side.ledger.state(lane)).claimed == 60


async def test_set_off_keeps_what_a_peer_pays_for_that_peer(side: Side) -> None:
    lane = side.lane(A, B)
    await side.fund(A, 500)
    await side.keeper.set_off(lane)
    await side.settled()
    assert (await side.ledger.state(lane)).set_off
    assert not (await side.ledger.state(side.lane(B, A))).set_off
    await side.keeper.claim(side.voucher(A, B, 200))
    await side.settled()
    assert await side.ledger.state(side.lane(B, A)) == LaneState(reserve=200)
    await side.keeper.set_off(lane)
    await side.settled()
    assert (await side.ledger.state(lane)).set_off


async def test_payments_are_held_back_as_both_vaults_have_signed(side: Side) -> None:
    lane, arbiter = side.lane(A, B), checksummed(b"\xab" * 20)
    await side.fund(A, 500)
    for number, window_s, who in ((0, 3600, arbiter), (1, 0, "")):
        assert await side.keeper.next_number(lane.payer) == number
        agreed = HoldBack(lane, window_s, who, number, number, 2**40)
        signatures = [agreed.signed_with(side.keys[n], side.keys[n].address) for n in (A, B)]
        await side.keeper.hold_back(agreed, *signatures)
        await side.settled()
        state = await side.ledger.state(lane)
        assert (state.window_s, state.arbiter) == (window_s, who)
        if window_s:
            await side.keeper.claim(side.voucher(A, B, 200))
            await side.settled()
            assert (await side.ledger.state(lane)).held == 200
            await side.pass_time(2 * window_s)
            await side.keeper.collect(lane)
            await side.settled()
            assert (await side.ledger.state(lane)).held == 0
            assert (await side.ledger.state(lane.opposite)).free == 200


async def test_key_that_was_removed_stays_known_as_one_that_signed(side: Side) -> None:
    lane, hot = side.lane(A, B), side.keys[HOT].address
    assert list(await side.ledger.signers(lane)) == [lane.payer]
    await side.let_sign(A, HOT)
    assert set(await side.ledger.signers(lane)) == {lane.payer, hot}
    await side.let_sign_no_more(A, HOT)
    assert set(await side.ledger.signers(lane)) == {lane.payer, hot}
    assert not await side.ledger.may_sign(lane, hot)
