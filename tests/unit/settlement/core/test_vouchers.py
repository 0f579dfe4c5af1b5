"""Vouchers: what is signed is what the contract reads, and nothing else passes for it."""

from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import _hash_eip191_message, encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from ocn.settlement.core.lane import MOST_UNITS, Lane
from ocn.settlement.core.vouchers import (
    SignedVoucher,
    compact,
    expanded,
    sign_voucher,
    signer_of,
)
from ocn.settlement.errors import TermsInvalid, VoucherInvalid
from ocn.signing.keys import PrivateKey

KEY = PrivateKey(b"\x07" * 32)
LANE = Lane(246, "0x" + "c0" * 20, "0x" + "e0" * 20, KEY.address, "0x" + "b0" * 20)
ADDRESSES = st.binary(min_size=20, max_size=20).filter(any).map(lambda raw: "0x" + raw.hex())
HASHES = st.binary(min_size=32, max_size=32)
AMOUNTS = st.integers(0, MOST_UNITS)


@given(cumulative=AMOUNTS, evidence=HASHES, payee=ADDRESSES, chain_id=st.integers(1, 2**63))
def test_digest_of_any_voucher_is_that_of_another_library(
    cumulative: int, evidence: bytes, payee: str, chain_id: int
) -> None:
    lane = replace(LANE, payee=payee, chain_id=chain_id)
    voucher = sign_voucher(KEY, lane, cumulative, evidence)
    message = encode_typed_data(full_message=_as_json(lane, cumulative, evidence))
    assert voucher.digest == bytes(_hash_eip191_message(message))
    assert Account.sign_message(message, KEY.secret).signature == expanded(voucher.signature)


@given(cumulative=AMOUNTS, evidence=HASHES)
def test_signer_of_a_voucher_is_recovered(cumulative: int, evidence: bytes) -> None:
    voucher = sign_voucher(KEY, LANE, cumulative, evidence)
    assert voucher.signer == KEY.address
    voucher.require_signer(KEY.address.lower())
    assert sign_voucher(KEY, LANE, cumulative, evidence) == voucher


@pytest.mark.parametrize(
    "change",
    [
        {"lane": replace(LANE, chain_id=1)},
        {"lane": replace(LANE, contract="0x" + "c1" * 20)},
        {"lane": replace(LANE, token="0x" + "e1" * 20)},
        {"lane": replace(LANE, payer="0x" + "a1" * 20)},
        {"lane": replace(LANE, payee="0x" + "b1" * 20)},
        {"lane": LANE.opposite},
        {"cumulative": 43},
        {"evidence": b"\x02" * 32},
        {"signature": sign_voucher(PrivateKey(b"\x08" * 32), LANE, 42, b"\x01" * 32).signature},
    ],
    ids=["chain", "contract", "token", "payer", "payee", "opposite", "amount", "evidence", "stranger"],
)
def test_voucher_with_anything_exchanged_is_a_strangers(change: dict[str, object]) -> None:
    voucher = replace(sign_voucher(KEY, LANE, 42, b"\x01" * 32), **change)  # type: ignore[arg-type]  # one member
    with pytest.raises(VoucherInvalid, match="is signed by 0x"):
        voucher.require_signer(KEY.address)


@given(garbage=st.binary(min_size=64, max_size=64))
def test_signature_of_garbage_is_refused_or_a_strangers(garbage: bytes) -> None:
    with pytest.raises(VoucherInvalid):
        SignedVoucher(LANE, 1, bytes(32), garbage).require_signer(KEY.address)


def test_compact_form_keeps_both_parities() -> None:
    for n in range(40):
        digest = bytes([n]) * 32
        signature = KEY.sign_digest(digest)
        assert expanded(compact(signature)) == signature
        assert signer_of(digest, compact(signature)) == KEY.address


@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 65, bytes(64) + b"\x02"])
def test_compact_of_what_has_no_such_form_is_refused(signature: bytes) -> None:
    with pytest.raises(VoucherInvalid):
        compact(signature)


@pytest.mark.parametrize(("cumulative", "evidence"), [(-1, bytes(32)), (MOST_UNITS + 1, bytes(32)), (1, b"")])
def test_voucher_that_no_contract_takes_cannot_be_made(cumulative: int, evidence: bytes) -> None:
    with pytest.raises(VoucherInvalid):
        SignedVoucher(LANE, cumulative, evidence, bytes(64))


def test_repr_of_a_voucher_shows_no_signature() -> None:
    voucher = sign_voucher(KEY, LANE, 42, bytes(32))
    assert voucher.signature.hex() not in repr(voucher)
    assert str(voucher.signature) not in repr(voucher)


def test_lane_is_read_back_from_its_key() -> None:
    assert Lane.from_key(LANE.key) == LANE
    assert LANE.opposite.opposite == LANE
    assert replace(LANE, payee=LANE.payee.lower()) == LANE


@pytest.mark.parametrize(
    ("member", "value"),
    [("payer", "0x" + "0" * 40), ("payee", KEY.address), ("token", "EUR"), ("contract", ""), ("chain_id", 0)],
)
def test_lane_of_what_cannot_be_is_refused(member: str, value: object) -> None:
    with pytest.raises(TermsInvalid):
        replace(LANE, **{member: value})  # type: ignore[arg-type]  # one member


def _as_json(lane: Lane, cumulative: int, evidence: bytes) -> dict[str, Any]:
    """Return the voucher as EIP-712 JSON, as wallets and other libraries take it."""

    def members(*pairs: str) -> list[dict[str, str]]:
        return [dict(zip(("type", "name"), pair.split(), strict=True)) for pair in pairs]

    return {
        "types": {
            "EIP712Domain": members(
                "string name", "string version", "uint256 chainId", "address verifyingContract"
            ),
            "Voucher": members(
                "address payer",
                "address payee",
                "address token",
                "uint256 cumulative",
                "bytes32 evidence",
            ),
        },
        "primaryType": "Voucher",
        "domain": {
            "name": "OCN Lanes",
            "version": "1",
            "chainId": lane.chain_id,
            "verifyingContract": lane.contract,
        },
        "message": {
            "payer": lane.payer,
            "payee": lane.payee,
            "token": lane.token,
            "cumulative": cumulative,
            "evidence": "0x" + evidence.hex(),
        },
    }
