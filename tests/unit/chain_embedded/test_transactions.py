"""Signed transactions against the reference signer, and what is refused."""

from contextlib import suppress
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS, DEVELOPMENT_MNEMONIC
from ocn.chain.embedded.errors import RpcError
from ocn.chain.embedded.rlp_items import rlp_decode, rlp_encode
from ocn.chain.embedded.transactions import HALF_CURVE_ORDER, Call, decode, sign_legacy

SENDER, OTHER = DEVELOPMENT_ACCOUNTS[:2]
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BASE: dict[str, Any] = {
    "chainId": 9,
    "nonce": 3,
    "gas": 50_000,
    "to": OTHER.address,
    "value": 5,
    "data": "0x0001ff",
}
FEES = {"maxFeePerGas": 20, "maxPriorityFeePerGas": 2}
LISTED = {"accessList": [{"address": OTHER.address, "storageKeys": ["0x" + "00" * 31 + "07"]}]}


def signed(**fields: Any) -> bytes:
    return bytes(Account.sign_transaction({**BASE, **fields}, SENDER.key).raw_transaction)


def test_accounts_in_the_table_follow_from_the_public_mnemonic() -> None:
    Account.enable_unaudited_hdwallet_features()
    for number in (0, 1, 19):
        derived = Account.from_mnemonic(DEVELOPMENT_MNEMONIC, account_path=f"m/44'/60'/0'/0/{number}")
        listed = DEVELOPMENT_ACCOUNTS[number]
        assert (listed.address, listed.key_bytes) == (derived.address, bytes(derived.key))
    for account in DEVELOPMENT_ACCOUNTS:
        assert Account.from_key(account.key).address == account.address
    assert len({account.address for account in DEVELOPMENT_ACCOUNTS}) == 20


@pytest.mark.parametrize(
    ("fields", "kind", "fee", "tip"),
    [
        ({"gasPrice": 7}, 0, 7, 7),
        ({"gasPrice": 7, **LISTED, "type": 1}, 1, 7, 7),
        ({**FEES, **LISTED}, 2, 20, 2),
    ],
)
def test_decode_of_each_type_reads_what_was_signed(
    fields: dict[str, Any], kind: int, fee: int, tip: int
) -> None:
    raw = signed(**fields)
    transaction = decode(raw)
    call = transaction.call
    assert (transaction.type, transaction.chain_id, transaction.nonce) == (kind, 9, 3)
    assert (call.sender, call.to) == (SENDER.address_bytes, OTHER.address_bytes)
    assert (call.gas, call.value, call.data) == (50_000, 5, b"\x00\x01\xff")
    assert (call.max_fee_per_gas, call.max_priority_fee_per_gas) == (fee, tip)
    assert call.access_list == (((OTHER.address_bytes, (7,)),) if kind else ())
    assert transaction.hash == bytes(Account.sign_transaction({**BASE, **fields}, SENDER.key).hash)
    assert call.intrinsic_gas == 21_000 + 4 + 32 + (4300 if kind else 0)


def test_sign_legacy_makes_the_reference_signers_bytes() -> None:
    call = Call(SENDER.address_bytes, OTHER.address_bytes, 50_000, 5, b"\x00\x01\xff", 7, 7)
    assert sign_legacy(call, 3, SENDER.key_bytes, 9) == signed(gasPrice=7)


def _with(raw: bytes, index: int, item: Any) -> bytes:
    fields = rlp_decode(raw)
    fields[index] = item
    return rlp_encode(fields)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x05\xc0",
        b"\xc0",
        b"\xff\xff\xff",
        signed(gasPrice=7) + b"\0",
        signed(gasPrice=7)[:-1],
        b"\x02" + signed(gasPrice=7),
        _with(signed(gasPrice=7), 0, b"\0\x03"),
        _with(signed(gasPrice=7), 2, b"\1" * 9),
        _with(signed(gasPrice=7), 3, b"\1" * 19),
        _with(signed(gasPrice=7), 5, [b"x"]),
        _with(signed(gasPrice=7), 6, b"\x1d"),
        _with(signed(gasPrice=7), 7, b""),
        _with(signed(gasPrice=7), 7, b"\xff" * 32),
        _with(signed(gasPrice=7), 8, (HALF_CURVE_ORDER + 1).to_bytes(32)),
    ],
)
def test_decode_of_a_malformed_transaction_is_refused(raw: bytes) -> None:
    with pytest.raises(RpcError):
        decode(raw)


def test_decode_of_the_mirrored_signature_is_refused() -> None:
    """Every signature has a twin with s on the other side of the curve (EIP-2 allows one of them)."""
    raw = signed(gasPrice=7)
    fields = rlp_decode(raw)
    twin = CURVE_ORDER - int.from_bytes(fields[8])
    flipped = (35 + 2 * 9) + (36 + 2 * 9) - int.from_bytes(fields[6])
    with pytest.raises(RpcError, match="r or s out of range"):
        decode(_with(_with(raw, 8, twin.to_bytes(32)), 6, bytes([flipped])))


def test_decode_of_an_oversized_transaction_is_refused_unread() -> None:
    with pytest.raises(RpcError, match="oversized data"):
        decode(b"\xf8" + bytes(128 * 1024))


@given(st.binary(max_size=300))
def test_decode_of_any_bytes_answers_or_refuses(raw: bytes) -> None:
    with suppress(RpcError):
        decode(raw)
