"""The keeper on the embedded chain: what it does when nothing, and when everything, goes wrong."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ocn.chain.errors import ChainRejected, ChainUnavailable
from ocn.chain.transactions import signed
from ocn.settlement.errors import SettlementError
from ocn.settlement.keeper import Keeper
from ocn.settlement.lanes import calls, erc20
from ocn.settlement.ports import Keeper as KeeperPort

Place = Any  # the classes of conftest
A, B, C, D = range(4)
GWEI = 10**9


async def test_claim_is_settled_and_forgotten_when_it_is_final(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await keeper.claim(place.voucher(B, C, 100))
    await place.turn(keeper)
    assert await place.claimed(B, C) == 100
    assert (await keeper.standing()).under_way == 1
    await place.work(keeper, store)
    assert await place.free(C) == 1_100
    assert len(place.mempool.sent) == 1


async def test_many_claims_of_one_payee_are_one_transaction(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    for payer in (A, B, C):
        for amount in (10, 20):
            await keeper.claim(place.voucher(payer, D, amount))
    await place.work(keeper, store)
    assert await place.free(D) == 1_060
    assert len(place.mempool.sent) == 1


async def test_claim_asked_for_twice_is_done_once_and_again_when_money_comes(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    for _ in range(3):
        await keeper.claim(place.voucher(B, C, 1_500))
    await place.work(keeper, store)
    assert (await place.claimed(B, C), len(place.mempool.sent)) == (1_000, 1)
    await keeper.claim(place.voucher(B, C, 1_500))
    await place.work(keeper, store)
    assert len(place.mempool.sent) == 1
    lane = place.lane(C, B)
    await place.directly(C, calls.withdraw(lane.payer, lane.token, 600, lane.payer).data)
    await place.directly(C, _approve(place), to=place.token)
    await place.directly(C, calls.deposit(lane.payee, lane.token, 600))
    await keeper.claim(place.voucher(B, C, 1_500))
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 1_500


def _approve(place: Place) -> bytes:
    return erc20.APPROVE.encode(place.contract.lower(), 2**200)


async def test_net_moves_only_the_difference(place: Place) -> None:
    store = place.store()
    keeper: Keeper = place.keeper(store)
    port: KeeperPort = keeper
    await port.net(place.voucher(B, C, 100), place.voucher(C, B, 30))
    await place.work(keeper, store)
    assert (await place.claimed(B, C), await place.claimed(C, B)) == (100, 30)
    assert (await place.free(B), await place.free(C)) == (930, 1_070)
    assert len(place.mempool.sent) == 1


async def test_net_that_the_contract_refuses_becomes_a_claim(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    stranger = place.voucher(D, B, 30)
    forged = type(stranger)(place.lane(C, B), 30, stranger.evidence, stranger.signature)
    await keeper.net(place.voucher(B, C, 100), forged)
    with capture_logs() as logs:
        await place.work(keeper, store)
    assert (await place.claimed(B, C), await place.claimed(C, B)) == (100, 0)
    assert [line for line in logs if line["event"] == "keeper_refused"]


async def test_endpoint_that_is_away_loses_nothing(place: Place, tmp_path: Path) -> None:
    store = place.store(tmp_path / "keeper.sqlite")
    keeper = place.keeper(store)
    await keeper.claim(place.voucher(B, C, 100))
    for calls_that_fail in range(1, 12):
        place.mempool.away = calls_that_fail
        while place.mempool.away > 0:
            with pytest.raises(ChainUnavailable):
                await keeper.step()
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100
    assert len(place.mempool.sent) == 1
    await store.close()


async def test_running_keeper_says_that_the_endpoint_is_away_and_goes_on(place: Place) -> None:
    store = place.store()
    place.mempool.down = True
    with capture_logs() as logs:
        async with asyncio.timeout(30), place.keeper(store, confirmations=0) as keeper:
            await keeper.claim(place.voucher(B, C, 100))
            for _ in range(4):
                await place.mempool.refusals.acquire()
            assert (await keeper.standing()).waits == "the endpoint is away"
            place.mempool.down = False
            await place.mempool.taken.acquire()
            await place.mempool.mine()
            await keeper.at_rest()
    await keeper.claim(place.voucher(B, C, 200))
    with pytest.raises(SettlementError, match="not running"):
        await keeper.at_rest()
    assert await place.claimed(B, C) == 100
    events = [line["event"] for line in logs]
    assert events.count("keeper_waits") >= 3
    assert "keeper_works_again" in events


async def test_nothing_is_begun_before_the_lanes_were_read_once(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    place.index._complete = False
    await keeper.claim(place.voucher(B, C, 100))
    await keeper.step()
    assert len(await store.waiting()) == 1
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100


async def test_claim_of_a_block_that_vanishes_is_sent_again(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store, confirmations=3)
    await keeper.claim(place.voucher(B, C, 100))
    await place.turn(keeper)
    assert await place.claimed(B, C) == 100
    await place.turn(keeper)
    await place.devnet.rpc("dev_reorg", ["0x3", False])
    assert await place.claimed(B, C) == 0
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100
    assert len({one.hash for one in place.mempool.sent}) == 1


async def test_withdrawal_of_a_block_that_vanishes_happens_once(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store, confirmations=3)
    own = place.account.address
    await keeper.withdraw(place.token, 400, own)
    await place.turn(keeper)
    await place.devnet.rpc("dev_reorg", ["0x2", False])
    await place.work(keeper, store)
    assert await place.free(A) == 600


async def test_fee_spike_is_followed_by_a_replacement_within_bounds(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await keeper.claim(place.voucher(B, C, 100))
    await place.index.caught_up()
    await keeper.step()
    place.mempool.base_fee = 20 * GWEI
    await place.mempool.mine()
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100
    first, last = place.mempool.sent[0], place.mempool.sent[-1]
    assert first.nonce == last.nonce
    assert first.call.max_fee_per_gas < 20 * GWEI <= last.call.max_fee_per_gas <= 100 * GWEI


async def test_fees_beyond_what_is_allowed_are_waited_for_and_told(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store, most_wei=10 * GWEI)
    place.mempool.base_fee = 50 * GWEI
    await keeper.claim(place.voucher(B, C, 100))
    with capture_logs() as logs:
        for _ in range(5):
            await place.turn(keeper)
    assert {one.call.max_fee_per_gas for one in place.mempool.sent} == {10 * GWEI}
    assert "10000000000 wei per gas" in (await keeper.standing()).waits
    assert [line for line in logs if line["event"] == "keeper_waits_for_fees"]
    place.mempool.base_fee = GWEI
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100
    assert (await keeper.standing()).waits == ""


async def test_transaction_that_the_endpoint_forgot_is_told_again(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await keeper.claim(place.voucher(B, C, 100))
    await place.index.caught_up()
    await keeper.step()
    place.mempool.pool.clear()
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100


def foreign(place: Place, nonce: int, fee: int, *, data: bytes = b"") -> bytes:
    """A transaction of the keeper's account that the keeper knows nothing of."""
    fields: dict[str, object] = {"chainId": 9, "nonce": nonce, "to": place.account.address, "value": 0}
    fields |= {"gas": 60_000, "data": data, "maxFeePerGas": fee, "maxPriorityFeePerGas": min(fee, GWEI)}
    return signed(fields, place.account)


async def test_number_held_up_by_something_unknown_is_freed(place: Place) -> None:
    """As after a keeper's file was lost: an old transaction, too cheap for today, blocks all that follow."""
    store = place.store()
    keeper = place.keeper(store)
    used = await place.chain.nonce(place.account.address, "latest")
    await place.chain.send_raw(foreign(place, used, GWEI // 2))
    await keeper.claim(place.voucher(B, C, 100))
    with capture_logs() as logs:
        await place.work(keeper, store)
    assert await place.claimed(B, C) == 100
    assert [line["nonce"] for line in logs if line["event"] == "keeper_fills_a_number"] == [used]


async def test_number_that_vanished_with_a_reorganisation_is_filled(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store, confirmations=3)
    used = await place.chain.nonce(place.account.address, "latest")
    await place.chain.send_raw(foreign(place, used, 10 * GWEI))
    await place.mempool.mine()
    await keeper.withdraw(place.token, 400, place.account.address)
    await place.turn(keeper)
    assert await place.free(A) == 600
    await place.devnet.rpc("dev_reorg", ["0x4", False])
    assert await place.chain.nonce(place.account.address, "latest") == used
    await place.work(keeper, store)
    assert await place.free(A) == 600


async def test_number_taken_by_somebody_else_costs_a_claim_only_time(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    place.mempool.holds = True
    await keeper.claim(place.voucher(B, C, 100))
    await place.turn(keeper)
    place.mempool.pool.clear()
    place.mempool.holds = False
    used = await place.chain.nonce(place.account.address, "latest")
    await place.chain.send_raw(foreign(place, used, 10 * GWEI))
    await place.mempool.mine()
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100


async def test_number_taken_by_somebody_else_repeats_a_withdrawal_when_that_is_final(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store, confirmations=4)
    place.mempool.holds = True
    await keeper.withdraw(place.token, 400, place.account.address)
    await place.turn(keeper, patience=False)
    place.mempool.pool.clear()
    place.mempool.holds = False
    used = await place.chain.nonce(place.account.address, "latest")
    await place.chain.send_raw(foreign(place, used, 10 * GWEI))
    await place.mempool.mine()
    for _ in range(3):
        await place.turn(keeper, patience=False)
        assert len(await store.transactions()) == 1
        assert not await store.waiting()
    await place.work(keeper, store)
    assert await place.free(A) == 600


async def test_call_refused_in_its_block_is_given_up_with_the_reason(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    place.mempool.holds = True
    await keeper.withdraw(place.token, 900, place.account.address)
    await place.turn(keeper)
    lane = place.lane(A, B)
    by_signature = calls.withdraw(lane.payer, lane.token, 500, lane.payee).by_signature(
        place.account, nonce=0, deadline=2**40, chain_id=9, contract=place.contract
    )
    await place.directly(B, by_signature)
    place.mempool.holds = False
    with capture_logs() as logs:
        await place.work(keeper, store)
    assert await place.free(A) == 500
    (refused,) = [line for line in logs if line["event"] == "keeper_refused"]
    assert "Not enough free money" in refused["error"]


async def test_call_that_would_be_refused_is_never_sent(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await keeper.withdraw(place.token, 1_900, place.account.address)
    await keeper.claim(place.voucher(B, C, 100))
    await place.work(keeper, store)
    assert (await place.free(A), await place.claimed(B, C)) == (1_000, 100)
    assert len(place.mempool.sent) == 1


async def test_account_without_coins_is_told_and_used_once_it_has_some(place: Place) -> None:
    poor = place.keys[0] = type(place.keys[0]).generate()
    store = place.store()
    keeper = place.keeper(store)
    await keeper.claim(place.voucher(B, C, 100))
    place.mempool._take, taking = _insufficient, place.mempool._take
    for _ in range(2):
        await place.index.caught_up()
        with pytest.raises(ChainRejected, match="insufficient funds"):
            await keeper.step()
        await place.mempool.mine()
    assert "insufficient funds" in (await keeper.standing()).waits
    place.mempool._take = taking
    await place.devnet.rpc(
        "eth_sendTransaction", [{"from": place.keys[5].address, "to": poor.address, "value": hex(10**18)}]
    )
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 100


async def _insufficient(transaction: Any) -> str:
    raise ChainRejected("eth_sendRawTransaction", -32000, "insufficient funds for gas * price + value")


async def test_voucher_that_a_claim_would_skip_is_let_go_with_the_reason(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    stranger = place.voucher(D, C, 70)
    forged = type(stranger)(place.lane(B, C), 70, stranger.evidence, stranger.signature)
    for voucher in (forged, place.voucher(A, C, 50), place.voucher(D, C, 60)):
        await keeper.claim(voucher)
    with capture_logs() as logs:
        await place.work(keeper, store)
    assert [await place.claimed(payer, C) for payer in (A, B, D)] == [50, 0, 60]
    assert len(place.mempool.sent) == 1
    (refused,) = [line for line in logs if line["event"] == "keeper_refused"]
    assert refused["lane"] == forged.lane.key
    assert "not signed by its payer" in refused["error"]


async def test_hot_key_reserves_for_its_vault_and_moves_nothing_else(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    lane = place.lane(B, C)
    with pytest.raises(SettlementError, match=r"only the key of the vault 0x.* may request release"):
        await keeper.request_release(lane, 10)
    await keeper.reserve(lane, 10)
    with capture_logs() as logs:
        await place.work(keeper, store)
    assert "address different" in next(line["error"] for line in logs if line["event"] == "keeper_refused")
    await place.directly(B, calls.set_signer(lane.payer, place.account.address, 1).data)
    for _ in range(2):
        await keeper.reserve(lane, 300)
    await place.work(keeper, store)
    assert place.index.lane(lane.payer, lane.payee, lane.token).reserved == 300


async def test_calls_of_a_vault_that_are_asked_for_at_once_are_all_done(place: Place) -> None:
    """Each takes a number of the vault's; a keeper that stops in between goes on with the rest."""
    store = place.store()
    keeper = place.keeper(store, vault=B)
    for other in (C, D):
        await keeper.reserve(place.lane(B, other), 100)
        await keeper.set_off(place.lane(other, B))
    with capture_logs() as logs:
        await place.turn(keeper)
        await place.work(place.keeper(store, vault=B), store)
    assert [line for line in logs if line["event"] == "keeper_refused"] == []
    for other in (C, D):
        there, back = place.lane(B, other), place.lane(other, B)
        assert place.index.lane(there.payer, there.payee, there.token).reserved == 100
        assert place.index.lane(back.payer, back.payee, back.token).setoff


async def test_release_is_requested_and_taken_after_the_notice(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    lane = place.lane(A, B)
    await keeper.reserve(lane, 300)
    await keeper.reserve(lane, 300)
    await place.work(keeper, store)
    await keeper.request_release(lane, 200)
    await place.work(keeper, store)
    assert place.index.lane(lane.payer, lane.payee, lane.token).exit == 200
    await place.devnet.rpc("evm_increaseTime", [61])
    await keeper.release(lane)
    await place.work(keeper, store)
    record = place.index.lane(lane.payer, lane.payee, lane.token)
    assert (record.reserved, record.exit) == (100, 0)


async def test_claims_larger_than_a_quarter_of_a_block_are_split(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    for payer in (A, B, C):
        for amount in (9, 10):
            await keeper.claim(place.voucher(payer, D, amount))
    keeper._desk._budget = _tiny
    await place.work(keeper, store)
    assert await place.free(D) == 1_030
    assert len(place.mempool.sent) == 3


async def _tiny() -> int:
    return 60_000
