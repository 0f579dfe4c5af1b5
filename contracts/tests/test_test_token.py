"""The token to try things out with: ERC-20, EIP-2612 and EIP-3009, minted by anybody."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.market import CPO, EMSP, KEEPER, OTHER, Market
from contracts.tests.people import Person, Vrs
from contracts.tests.test_lanes_deposits import PERMIT, RECEIVE, token_domain

NONCE = bytes(range(32))
ALWAYS = 2**256 - 1


@pytest.fixture
def market(market: Market) -> Market:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)
    return market


def balances(market: Market) -> tuple[int, int]:
    return market.wallet(EMSP), market.wallet(CPO)


def authorization(market: Market, purpose: str, signer: Person = EMSP, **changed: Any) -> Vrs:
    message = {"from": EMSP.address, "to": CPO.address, "value": 60, "validAfter": 0}
    message |= {"validBefore": ALWAYS, "nonce": NONCE} | changed
    return signer.sign_typed(token_domain(market), purpose, RECEIVE, message)


def test_token_tells_what_it_is(market: Market) -> None:
    facts = [
        [token.read(fact) for fact in ("name", "symbol", "decimals")] for token in (market.euro, market.franc)
    ]

    assert facts == [["Test Euro", "EUR", 6], ["Test Franc", "CHF", 18]]


def test_anybody_mints(market: Market) -> None:
    receipt = market.euro.send(OTHER.address, "mint", CPO.address, 5)

    assert market.wallet(CPO) == 5
    assert market.euro.read("totalSupply") == 105
    expected = {"sender": NOBODY, "receiver": CPO.address, "amount": 5}
    assert market.euro.events(receipt) == [("Transfer", expected)]


def test_transfer_moves_what_there_is(market: Market) -> None:
    with refused("Not enough tokens."):
        market.euro.send(EMSP.address, "transfer", CPO.address, 101)
    with refused("No receiver given."):
        market.euro.send(EMSP.address, "transfer", NOBODY, 1)

    receipt = market.euro.send(EMSP.address, "transfer", CPO.address, 60)

    assert balances(market) == (40, 60)
    assert int.from_bytes(receipt.output, "big") == 1
    expected = {"sender": EMSP.address, "receiver": CPO.address, "amount": 60}
    assert market.euro.events(receipt) == [("Transfer", expected)]


def test_transfer_to_oneself_changes_nothing(market: Market) -> None:
    market.euro.send(EMSP.address, "transfer", EMSP.address, 60)

    assert market.wallet(EMSP) == 100


def test_allowance_is_used_up_unless_it_is_boundless(market: Market) -> None:
    market.euro.send(EMSP.address, "approve", OTHER.address, 50)
    with refused("Not enough allowed."):
        market.euro.send(OTHER.address, "transferFrom", EMSP.address, CPO.address, 51)
    market.euro.send(OTHER.address, "transferFrom", EMSP.address, CPO.address, 20)
    assert market.euro.read("allowance", EMSP.address, OTHER.address) == 30
    market.euro.send(EMSP.address, "approve", OTHER.address, ALWAYS)
    market.euro.send(OTHER.address, "transferFrom", EMSP.address, CPO.address, 20)

    assert market.euro.read("allowance", EMSP.address, OTHER.address) == ALWAYS
    assert balances(market) == (60, 40)


def test_permit_allows_once_and_until_its_deadline(market: Market) -> None:
    message = {"owner": EMSP.address, "spender": OTHER.address, "value": 60, "nonce": 0}
    message |= {"deadline": market.evm.now}
    vrs = EMSP.sign_typed(token_domain(market), "Permit", PERMIT, message)
    arguments = (EMSP.address, OTHER.address, 60, market.evm.now, *vrs)
    with refused("Not signed by the owner."):
        market.euro.send(KEEPER.address, "permit", EMSP.address, OTHER.address, 61, *arguments[3:])
    market.pass_time(1)
    with refused("Signature expired."):
        market.euro.send(KEEPER.address, "permit", *arguments)
    market.evm.set_time(market.evm.now - 1)
    market.euro.send(KEEPER.address, "permit", *arguments)

    assert market.euro.read("allowance", EMSP.address, OTHER.address) == 60
    assert market.euro.read("nonces", EMSP.address) == 1
    with refused("Not signed by the owner."):
        market.euro.send(KEEPER.address, "permit", *arguments)


@pytest.mark.parametrize(
    ("function", "purpose", "sender"),
    [
        ("transferWithAuthorization", "TransferWithAuthorization", KEEPER),
        ("receiveWithAuthorization", "ReceiveWithAuthorization", CPO),
    ],
)
def test_authorization_transfers_once_within_its_time(
    market: Market, function: str, purpose: str, sender: Person
) -> None:
    now = market.evm.now

    def arguments(after: int = 0, before: int = ALWAYS, **changed: Any) -> tuple[Any, ...]:
        vrs = authorization(market, purpose, validAfter=after, validBefore=before, **changed)
        return EMSP.address, CPO.address, 60, after, before, NONCE, *vrs

    for after, before, reason in (
        (now, ALWAYS, "Authorization is not valid yet."),
        (0, now, "Authorization has expired."),
    ):
        with refused(reason):
            market.euro.send(sender.address, function, *arguments(after, before))
    for changed in ({"signer": CPO}, {"value": 61}, {"to": OTHER.address}, {"nonce": bytes(32)}):
        with refused("Not signed by the owner."):
            market.euro.send(sender.address, function, *arguments(**changed))
    receipt = market.euro.send(sender.address, function, *arguments(now - 1, now + 1))

    assert balances(market) == (40, 60)
    assert [name for name, _ in market.euro.events(receipt)] == ["AuthorizationUsed", "Transfer"]
    assert market.euro.read("authorizationState", EMSP.address, NONCE)
    with refused("Authorization was used or cancelled."):
        market.euro.send(sender.address, function, *arguments())


def test_authorization_to_receive_serves_its_receiver_only(market: Market) -> None:
    vrs = authorization(market, "ReceiveWithAuthorization")

    with refused("Only the receiver may do this."):
        market.euro.send(
            *(KEEPER.address, "receiveWithAuthorization", EMSP.address, CPO.address, 60, 0, ALWAYS),
            *(NONCE, *vrs),
        )
    with refused("Not signed by the owner."):
        market.euro.send(
            *(KEEPER.address, "transferWithAuthorization", EMSP.address, CPO.address, 60, 0, ALWAYS),
            *(NONCE, *vrs),
        )


def test_cancelled_authorization_cannot_be_used(market: Market) -> None:
    fields = {"authorizer": "address", "nonce": "bytes32"}
    message = {"authorizer": EMSP.address, "nonce": NONCE}
    vrs = EMSP.sign_typed(token_domain(market), "CancelAuthorization", fields, message)

    receipt = market.euro.send(KEEPER.address, "cancelAuthorization", EMSP.address, NONCE, *vrs)

    expected = {"authorizer": EMSP.address, "nonce": NONCE}
    assert market.euro.events(receipt) == [("AuthorizationCanceled", expected)]
    with refused("Authorization was used or cancelled."):
        market.euro.send(
            *(KEEPER.address, "transferWithAuthorization", EMSP.address, CPO.address, 60, 0, ALWAYS),
            *(NONCE, *authorization(market, "TransferWithAuthorization")),
        )
