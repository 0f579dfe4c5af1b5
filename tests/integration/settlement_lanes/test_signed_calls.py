"""Calls that somebody else sends with a party's signature, as the contract reads them."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode

from ocn.chain.artifacts import load
from ocn.chain.contract import Contract
from ocn.chain.errors import ChainReverted
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.lanes import calls, erc20
from ocn.settlement.lanes.calls import PartyCall
from ocn.signing.hashes import keccak256

Ground = Any  # the class of conftest
A, B, RELAYER = range(3)
FOREVER = 2**40
TOKEN = Contract(load("TestToken").abi)

ByParty = tuple[int, Callable[[Lane], PartyCall]]
STEPS: list[ByParty] = [
    (A, lambda lane: calls.reserve(lane, 100)),
    (A, lambda lane: calls.request_release(lane, 60)),
    (B, lambda lane: calls.return_reserve(lane, 30)),
    (A, lambda lane: calls.withdraw(lane.payer, lane.token, 50, lane.payee)),
    (B, calls.enable_setoff),
    (B, calls.request_leave_setoff),
    (A, lambda lane: calls.set_signer(lane.payer, lane.payee, 3)),
]


async def test_every_call_of_a_party_holds_by_its_signature_once(ground: Ground) -> None:
    await ground.funded(1)
    lane = ground.lane(A, B)
    for party, call in STEPS:
        nonce = await ground.reader.nonce(ground.addresses[party])
        data = call(lane).by_signature(
            ground.keys[party], nonce=nonce, deadline=FOREVER, chain_id=9, contract=lane.contract
        )
        assert call(lane).party == ground.addresses[party]
        await ground.send(RELAYER, data)
        with pytest.raises(ChainReverted):
            await ground.send(RELAYER, data)
    said = await ground.reader.exposure(lane.payer, lane.payee, lane.token)
    assert (said.reserved, said.exit) == (70, 30)
    assert (await ground.reader.setoff(lane.payee, lane.payer, lane.token))[1] > 0
    assert (await ground.reader.signer(lane.payer, lane.payee)).rights == 3
    await ground.pass_time(61)
    await ground.send(RELAYER, calls.release(lane))
    await ground.send(RELAYER, calls.leave_setoff(lane))
    assert await ground.reader.setoff(lane.payee, lane.payer, lane.token) == (False, 0)


async def test_signature_of_somebody_else_is_refused(ground: Ground) -> None:
    await ground.funded(1)
    lane = ground.lane(A, B)
    data = calls.reserve(lane, 100).by_signature(
        ground.keys[B], nonce=0, deadline=FOREVER, chain_id=9, contract=lane.contract
    )
    with pytest.raises(ChainReverted, match="address different"):
        await ground.send(RELAYER, data)


async def token_digest(ground: Ground, token: str, kind: str, *values: Any) -> bytes:
    separator = TOKEN["DOMAIN_SEPARATOR"]
    domain = await ground.chain.call_contract(token, separator.encode())
    types = [member.split()[0] for member in kind[kind.index("(") + 1 : -1].split(",")]
    return keccak256(b"\x19\x01" + domain + keccak256(keccak256(kind.encode()) + encode(types, values)))


async def test_permit_and_authorization_bring_money_in_without_gas_of_the_payer(ground: Ground) -> None:
    lane = ground.lane(A, B)
    own, contract, token = lane.payer, lane.contract, lane.token
    await ground.send(RELAYER, erc20.MINT.encode(own.lower(), 500), to=token)
    permit = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    digest = await token_digest(ground, token, permit, own, contract, 200, 0, FOREVER)
    signature = ground.keys[A].sign_digest(digest)
    await ground.send(RELAYER, calls.deposit_with_permit(own, token, 200, FOREVER, signature))
    assert await ground.reader.free(token, own) == 200

    kind = (
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
        "uint256 validBefore,bytes32 nonce)"
    )
    salt = b"\x07" * 32
    nonce = calls.authorization_nonce(lane.payee, salt)
    digest = await token_digest(ground, token, kind, own, contract, 300, 0, FOREVER, nonce)
    data = calls.open_with_authorization(
        lane,
        300,
        valid_after=0,
        valid_before=FOREVER,
        salt=salt,
        signature=ground.keys[A].sign_digest(digest),
    )
    await ground.send(RELAYER, data)
    assert (await ground.reader.exposure(own, lane.payee, token)).reserved == 300


async def test_wallet_claim_of_an_account_without_code_is_refused_with_the_reason(ground: Ground) -> None:
    data = calls.claim_wallet(WalletVoucher(ground.lane(A, B), 10, bytes(32), b""))
    with pytest.raises(ChainReverted, match="Wallet"):
        await ground.send(RELAYER, data)
