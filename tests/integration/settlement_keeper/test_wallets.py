"""The keeper cashes vouchers of contract wallets, and none of them can stop it or cost more than it says."""

from typing import Any

import pytest
from tests.integration.settlement_keeper.wallets import (
    BURNING,
    COSTLY,
    DENYING,
    LYING,
    NOISY,
    REFUSING,
    SHORT,
    WORDY,
    WRITING,
    Wallet,
    creation,
    fund,
)

from ocn.chain.client import ChainClient
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.chain.values import Receipt
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.wallet_vouchers import LONGEST_SIGNATURE, WalletVoucher
from ocn.settlement.errors import VoucherInvalid
from ocn.settlement.keeper.grouping import GAS_OF_WALLET
from ocn.settlement.lanes import LaneIndex, LaneSource

Place = Any  # the classes of conftest
B, C, OWNER = 1, 2, 3


@pytest.fixture
async def wallet(place: Place) -> Wallet:
    owner = place.parties.keys[OWNER]

    async def send(to: str, data: bytes) -> None:
        await place.directly(OWNER, data, to=to)

    made = Wallet(await place.create(creation(owner)), owner, send)
    await fund(made, place.lane(B, C))
    return made


async def claimed(place: Place, lane: Lane) -> int:
    reader = place.parties.reader_of(place.chain)
    amount: int = (await reader.exposure(lane.payer, lane.payee, lane.token)).claimed
    return amount


async def test_voucher_that_a_wallet_stands_by_is_cashed(place: Place, wallet: Wallet) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await wallet.behave(COSTLY)
    voucher = wallet.voucher(place.lane(B, C), 120)
    await keeper.claim_wallet(voucher)
    await keeper.claim_wallet(voucher)
    await place.work(keeper, store)
    assert await claimed(place, voucher.lane) == 120
    (sent,) = place.mempool.sent
    assert sent.call.gas == GAS_OF_WALLET
    await keeper.claim_wallet(voucher)
    await place.turn(keeper)
    assert (await store.waiting(), len(place.mempool.sent)) == ([], 1)


@pytest.mark.parametrize("mode", [DENYING, BURNING, REFUSING, WORDY, SHORT, NOISY, WRITING])
async def test_voucher_that_a_wallet_does_not_stand_by_costs_nothing_and_stops_nobody(
    place: Place, wallet: Wallet, mode: int
) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await wallet.behave(mode)
    await keeper.claim_wallet(wallet.voucher(place.lane(B, C), 120))
    await keeper.claim(place.voucher(B, C, 50))
    await place.work(keeper, store)
    assert await place.claimed(B, C) == 50
    assert len(place.mempool.sent) == 1
    assert await store.waiting() == []


async def test_wallet_that_changes_its_mind_costs_one_bounded_transaction(
    place: Place, wallet: Wallet
) -> None:
    store = place.store()
    keeper = place.keeper(store)
    voucher = wallet.voucher(place.lane(B, C), 120)
    await keeper.claim_wallet(voucher)
    await place.index.caught_up()
    await keeper.step()
    await wallet.behave(BURNING)
    await keeper.claim(place.voucher(B, C, 50))
    await place.work(keeper, store)
    assert await claimed(place, voucher.lane) == 0
    assert await place.claimed(B, C) == 50
    hashes = ["0x" + sent.hash.hex() for sent in place.mempool.sent]
    receipts: list[Receipt | None] = await place.chain.receipts(hashes)
    failed, cashed = [receipt for receipt in receipts if receipt is not None]
    assert (failed.succeeded, cashed.succeeded) == (False, True)
    assert 400_000 < failed.gas_used <= GAS_OF_WALLET


async def test_wallet_that_lies_spends_its_own_money_only(place: Place, wallet: Wallet) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await wallet.behave(LYING)
    voucher = wallet.voucher(place.lane(B, C), 10_000, signer=place.parties.keys[C])
    before = await place.free(B)
    await keeper.claim_wallet(voucher)
    await place.work(keeper, store)
    assert await claimed(place, voucher.lane) == 500
    assert await place.free(B) == before


async def test_account_without_code_confirms_nothing(place: Place) -> None:
    store = place.store()
    keeper = place.keeper(store)
    await keeper.claim_wallet(WalletVoucher(place.lane(B, C), 50, bytes(32), b""))
    await place.turn(keeper)
    assert (await store.waiting(), place.mempool.sent) == ([], [])


def test_voucher_that_the_contract_would_not_take_is_none() -> None:
    lane = Lane(9, "0x" + "11" * 20, "0x" + "22" * 20, "0x" + "33" * 20, "0x" + "44" * 20)
    for cumulative, evidence, signature in (
        (2**120, bytes(32), b""),
        (-1, bytes(32), b""),
        (1, bytes(31), b""),
        (1, bytes(32), bytes(LONGEST_SIGNATURE + 1)),
    ):
        with pytest.raises(VoucherInvalid):
            WalletVoucher(lane, cumulative, evidence, signature)


@pytest.mark.anvil
async def test_wallet_that_changes_its_mind_is_bounded_by_another_implementation_too(
    anvil_url: str, preparing: Any
) -> None:
    async with RpcClient(anvil_url) as rpc:
        chain = ChainClient(rpc)
        place = await preparing(chain)
        owner = Sender(chain, place.keys[OWNER])
        address, _ = await owner.create(creation(place.keys[OWNER]))
        wallet = Wallet(address, place.keys[OWNER], owner.send)
        await fund(wallet, place.lane(B, C))
        async with LaneIndex(chain, LaneSource(place.contract), settings=place.following) as index:
            place.index = index
            store = place.store()
            keeper = place.keeper(store, chain=chain, confirmations=0)

            async def cash(cumulative: int) -> None:
                await keeper.claim_wallet(wallet.voucher(place.lane(B, C), cumulative))
                while await store.waiting() or await store.transactions():
                    await index.caught_up()
                    await keeper.step()
                    await rpc.call("evm_mine")

            await cash(100)
            lane = wallet.voucher(place.lane(B, C), 1).lane
            reader = place.reader_of(chain)
            assert (await reader.exposure(lane.payer, lane.payee, lane.token)).claimed == 100
            await rpc.call("evm_setAutomine", False)
            await keeper.claim_wallet(wallet.voucher(place.lane(B, C), 200))
            await index.caught_up()
            await keeper.step()
            (sent,) = await store.transactions()
            await rpc.call("evm_mine")
            assert (await chain.receipt(sent.attempts[-1].hash)) is not None
            await rpc.call("evm_setAutomine", True)
            await wallet.behave(DENYING)
            await cash(300)
            assert (await reader.exposure(lane.payer, lane.payee, lane.token)).claimed == 200
