"""The chain: acceptance, mining, time, headers, going back."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from eth_hash.auto import keccak

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import RpcError
from ocn.chain.embedded.flat_keys import account_key
from ocn.chain.embedded.quantities import data
from ocn.chain.embedded.transactions import Call, sign_legacy

FIRST, SECOND = DEVELOPMENT_ACCOUNTS[:2]
COUNTER = "600054600101806000556000526001602060002060206000a100"
"""Adds one to slot 0 and logs (topic 1 is a hash)."""
DESTRUCTIBLE = "36600a57600760005500" + "5b33ff"
"""Without calldata writes 7 to slot 0; with any, pays its sender and is gone."""

Send = Callable[..., dict[str, Any]]


def raw_transfer(nonce: int, value: int = 1, price: int = 0, gas: int = 21_000, chain_id: int = 9) -> bytes:
    call = Call(FIRST.address_bytes, SECOND.address_bytes, gas, value, b"", price, price)
    return sign_legacy(call, nonce, FIRST.key_bytes, chain_id)


def test_submit_in_any_order_mines_in_nonce_order(chain: Chain) -> None:
    third, second = chain.submit(raw_transfer(2)), chain.submit(raw_transfer(1))
    assert chain.head.number == 0
    assert chain.pool.find(third) is not None
    first = chain.submit(raw_transfer(0))
    assert chain.database.transaction_hashes(1, 9) == [first, second, third]
    assert chain.pool.find(third) is None
    assert chain.account(FIRST.address_bytes).nonce == 3


def test_submit_of_a_replacement_needs_a_tenth_more(chain: Chain) -> None:
    chain.submit(raw_transfer(1, price=100))
    with pytest.raises(RpcError, match="already known"):
        chain.submit(raw_transfer(1, price=100))
    with pytest.raises(RpcError, match="replacement transaction underpriced"):
        chain.submit(raw_transfer(1, price=109))
    better = chain.submit(raw_transfer(1, price=110))
    chain.submit(raw_transfer(0))
    assert chain.database.block_of_transaction(better) == 2


def test_submit_of_too_many_early_transactions_is_refused(chain: Chain) -> None:
    for nonce in range(1, 65):
        chain.submit(raw_transfer(nonce))
    with pytest.raises(RpcError, match="txpool is full"):
        chain.submit(raw_transfer(65))


def test_queued_transaction_that_cannot_be_paid_is_dropped(chain: Chain) -> None:
    early = chain.submit(raw_transfer(1, value=99 * 10**18))
    chain.submit(raw_transfer(0, value=2 * 10**18))
    assert chain.head.number == 1
    assert chain.pool.find(early) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (raw_transfer(0, value=10**21), "insufficient funds for gas \\* price \\+ value"),
        (raw_transfer(0, gas=20_999), "intrinsic gas too low"),
        (raw_transfer(0, gas=10_000_001), "exceeds block gas limit"),
        (raw_transfer(0, chain_id=10), "invalid chain id: have 10 want 9"),
        (raw_transfer(2**64 - 1), "nonce has max value"),
    ],
)
def test_submit_of_an_unacceptable_transaction_changes_nothing(chain: Chain, raw: bytes, text: str) -> None:
    before = chain.head_hash
    with pytest.raises(RpcError, match=text):
        chain.submit(raw)
    assert chain.head_hash == before
    assert chain.account(FIRST.address_bytes).nonce == 0


def test_submit_again_says_nonce_too_low(chain: Chain) -> None:
    chain.submit(raw_transfer(0))
    with pytest.raises(RpcError, match="nonce too low: next nonce 1, tx nonce 0"):
        chain.submit(raw_transfer(0))


def test_account_without_funds_can_transact_at_the_suggested_price(chain: Chain) -> None:
    stranger = Account.create()
    raw = Account.sign_transaction(
        {"chainId": 9, "nonce": 0, "gas": 21_000, "to": SECOND.address, "value": 0, "gasPrice": 0},
        stranger.key,
    ).raw_transaction
    assert chain.database.block_of_transaction(chain.submit(bytes(raw))) == 1


def test_fees_go_from_the_sender_to_the_coinbase_to_the_wei(chain: Chain) -> None:
    chain.submit(raw_transfer(0, value=1, price=3))
    assert chain.account(FIRST.address_bytes).balance == 100 * 10**18 - 1 - 3 * 21_000
    assert chain.account(SECOND.address_bytes).balance == 100 * 10**18 + 1
    assert chain.account(bytes(20)).balance == 3 * 21_000


def test_fee_market_transaction_pays_base_fee_and_tip_only(chain: Chain, rpc: Callable[..., Any]) -> None:
    fields = {"chainId": 9, "nonce": 0, "gas": 21_000, "to": SECOND.address, "value": 0}
    fees = {"maxFeePerGas": 20, "maxPriorityFeePerGas": 2}
    raw = Account.sign_transaction({**fields, **fees}, FIRST.key).raw_transaction
    receipt = rpc("eth_getTransactionReceipt", data(chain.submit(bytes(raw))))
    assert (receipt["type"], receipt["effectiveGasPrice"]) == ("0x2", "0x2")
    assert chain.account(FIRST.address_bytes).balance == 100 * 10**18 - 2 * 21_000


def test_refund_is_capped_at_a_fifth_of_the_gas_used(send: Send, deploy: Callable[[str], str]) -> None:
    """Slots set and cleared again; the figure is anvil's."""
    churn = deploy("6001600055600060005560026000556000600055" + "6003600155600060015500")
    assert send(churn, gas=hex(200_000))["gasUsed"] == hex(68_429)


def test_free_transaction_leaves_no_empty_account_behind(chain: Chain, send: Send) -> None:
    send("0x" + "77" * 20)
    assert chain.database.get(account_key(bytes(20))) is None
    assert chain.database.get(account_key(bytes([0x77] * 20))) is None


def test_time_follows_the_clock_and_never_goes_back(chain: Chain, clock: list[int]) -> None:
    start = chain.head.timestamp
    clock[0] += 10
    assert chain.mine().header.timestamp == start + 10
    clock[0] -= 500
    assert chain.mine().header.timestamp == start + 10
    chain.shift_clock(1000)
    assert chain.mine().header.timestamp == start + 510
    assert chain.mine(start + 2000).header.timestamp == start + 2000
    clock[0] += 5
    assert chain.mine().header.timestamp == start + 2005
    with pytest.raises(RpcError, match="before the previous block"):
        chain.mine(start)


def test_blocks_form_a_chain_of_header_hashes(chain: Chain, send: Send, deploy: Callable[[str], str]) -> None:
    contract = deploy(COUNTER)
    for _ in range(3):
        send(contract)
    chain.reorg(2, keep=True)
    previous = None
    for number in range(chain.head.number + 1):
        found = chain.database.header(number)
        assert found is not None
        header, block_hash = found
        assert keccak(header.encode()) == block_hash
        assert header.number == number
        assert previous is None or header.parent_hash == previous
        previous = block_hash
    assert previous == chain.head_hash


def test_reorg_that_keeps_transactions_changes_hashes_only(
    chain: Chain, send: Send, deploy: Callable[[str], str]
) -> None:
    contract = deploy(COUNTER)
    kept = chain.head_hash
    mined = [send(contract) for _ in range(3)]
    old_hashes = [chain.database.block_hash(number) for number in (2, 3, 4)]
    chain.reorg(3, keep=True)
    assert chain.head.number == 4
    assert chain.database.block_hash(1) == kept
    assert not set(old_hashes) & {chain.database.block_hash(number) for number in (2, 3, 4)}
    assert [data(one) for one in chain.database.transaction_hashes(2, 4)] == [
        one["transactionHash"] for one in mined
    ]
    again = chain.head_hash
    chain.reorg(3, keep=True)
    assert chain.head_hash != again


def test_reorg_that_drops_transactions_undoes_their_effects(chain: Chain, send: Send) -> None:
    send(SECOND.address.lower(), value="0x5")
    send(SECOND.address.lower(), value="0x7")
    chain.reorg(1, keep=False)
    assert chain.head.number == 2
    assert chain.account(SECOND.address_bytes).balance == 100 * 10**18 + 5
    assert chain.account(FIRST.address_bytes).nonce == 1
    assert chain.database.transaction_hashes(1, 2) != []
    assert chain.database.transaction_in(2) is None


@pytest.mark.parametrize("depth", [0, 3, 5000])
def test_reorg_of_an_impossible_depth_is_refused(chain: Chain, depth: int) -> None:
    chain.mine()
    chain.mine()
    with pytest.raises(RpcError, match="cannot replace"):
        chain.reorg(depth, keep=True)


def test_revert_to_a_snapshot_restores_everything(
    chain: Chain, send: Send, deploy: Callable[[str], str], clock: list[int]
) -> None:
    contract = deploy(COUNTER)
    send(contract)
    before = dict(chain.database._db.execute("SELECT key, value FROM state"))
    taken, head = chain.snapshot(), chain.head_hash
    later = chain.snapshot()
    chain.shift_clock(500)
    send(contract)
    deploy(DESTRUCTIBLE)
    early = chain.submit(raw_transfer(9, value=3))
    assert chain.revert(taken)
    assert chain.pool.find(early) is None
    assert chain.head_hash == head
    assert dict(chain.database._db.execute("SELECT key, value FROM state")) == before
    assert chain.next_timestamp() == clock[0]
    assert not chain.revert(taken)
    assert not chain.revert(later)


def test_revert_to_a_snapshot_of_a_replaced_block_is_refused(chain: Chain) -> None:
    chain.mine()
    taken = chain.snapshot()
    chain.reorg(1, keep=True)
    assert not chain.revert(taken)
    assert chain.head.number == 1


def test_past_state_reads_as_it_was(chain: Chain, send: Send, deploy: Callable[[str], str]) -> None:
    contract = bytes.fromhex(deploy(COUNTER)[2:])
    for _ in range(3):
        send(data(contract))
    from_slot = [chain.view(number).get(b"s" + contract + bytes(32)) for number in range(5)]
    assert from_slot == [None, None, b"\x01", b"\x02", b"\x03"]
    assert chain.account(contract, 0).nonce == 0
    assert [chain.account(FIRST.address_bytes, number).nonce for number in range(5)] == [0, 1, 2, 3, 4]
    called = chain.call(Call(FIRST.address_bytes, contract, 100_000, 0, b""), 2)
    assert called.changes[b"s" + contract + bytes(32)] == b"\x02"


def test_selfdestruct_clears_code_storage_and_balance(
    chain: Chain, send: Send, deploy: Callable[[str], str]
) -> None:
    address = deploy(DESTRUCTIBLE)
    contract = bytes.fromhex(address[2:])
    send(address)
    assert chain.database.keys_with_prefix(b"s" + contract) == [b"s" + contract + bytes(32)]
    chain.submit(sign_legacy(Call(SECOND.address_bytes, contract, 50_000, 9, b""), 0, SECOND.key_bytes, 9))
    taken = chain.snapshot()
    receipt = send(address, "0x01")
    assert receipt["status"] == "0x1"
    assert chain.account(contract) == chain.account(b"\x99" * 20)
    assert chain.database.get(account_key(contract)) is None
    assert chain.database.keys_with_prefix(b"s" + contract) == []
    chain.revert(taken)
    assert chain.account(contract).balance == 9
    assert chain.database.keys_with_prefix(b"s" + contract) == [b"s" + contract + bytes(32)]
