"""Money in and out: what is credited is what came in, and only the party itself takes it out."""

from typing import Any

import pytest
from contracts.tests import market as markets
from contracts.tests.contract import NOBODY
from contracts.tests.evm import Evm, refused
from contracts.tests.market import (
    CPO,
    DAY,
    EMSP,
    GREATEST,
    KEEPER,
    OTHER,
    STRANGER,
    Market,
    open_market,
)
from contracts.tests.people import Person, Vrs
from eth_abi.abi import encode
from eth_utils.crypto import keccak

PERMIT = {
    "owner": "address",
    "spender": "address",
    "value": "uint256",
    "nonce": "uint256",
    "deadline": "uint256",
}
RECEIVE = {
    "from": "address",
    "to": "address",
    "value": "uint256",
    "validAfter": "uint256",
    "validBefore": "uint256",
    "nonce": "bytes32",
}
SALT = keccak(text="salt")


def token_domain(market: Market) -> dict[str, Any]:
    return market.domain_data() | {"name": "Test Euro", "verifyingContract": market.euro.address}


def sign_permit(market: Market, owner: Person, amount: int, **changed: Any) -> Vrs:
    message = {"owner": owner.address, "spender": market.lanes.address, "value": amount, "nonce": 0}
    message |= {"deadline": market.evm.now} | changed
    return owner.sign_typed(token_domain(market), "Permit", PERMIT, message)


def sign_opening(market: Market, payer: Person, payee: str, amount: int) -> Vrs:
    message = {
        "from": payer.address,
        "to": market.lanes.address,
        "value": amount,
        "validAfter": 0,
        "validBefore": 2**256 - 1,
        "nonce": keccak(encode(["address", "bytes32"], [payee, SALT])),
    }
    return payer.sign_typed(token_domain(market), "ReceiveWithAuthorization", RECEIVE, message)


def opening(
    market: Market, payer: Person, payee: str, amount: int, vrs: Vrs, salt: bytes = SALT
) -> tuple[Any, ...]:
    return payer, payee, market.euro, amount, 0, 2**256 - 1, salt, *vrs


def test_deposit_becomes_free_money_of_the_party_named(market: Market) -> None:
    market.mint(EMSP, 100)

    receipt = market.send(EMSP, "deposit", CPO, market.euro, 60)

    assert (market.free(CPO), market.free(EMSP), market.free(CPO, market.franc)) == (60, 0, 0)
    assert (market.wallet(EMSP), market.euro.read("balanceOf", market.lanes.address)) == (40, 60)
    expected = {
        "token": market.euro.address,
        "party": CPO.address,
        "sender": EMSP.address,
        "amount": 60,
    }
    assert market.events(receipt) == [("Deposited", expected)]


def test_deposits_add_up(market: Market) -> None:
    market.fund(EMSP, 100)
    market.fund(EMSP, 23)

    assert market.free(EMSP) == 123


def test_deposit_for_nobody_is_refused(market: Market) -> None:
    market.mint(EMSP, 100)

    with refused("No party given."):
        market.send(EMSP, "deposit", NOBODY, market.euro, 60)


def test_deposit_of_nothing_is_refused(market: Market) -> None:
    market.mint(EMSP, 100)

    with refused("Nothing was received."):
        market.send(EMSP, "deposit", EMSP, market.euro, 0)


def test_deposit_that_was_not_allowed_is_refused_by_the_token(market: Market) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)

    with refused("Not enough allowed."):
        market.send(EMSP, "deposit", EMSP, market.euro, 60)


def test_deposit_of_what_is_no_contract_is_refused(market: Market) -> None:
    with refused(None):
        market.send(EMSP, "deposit", EMSP, STRANGER, 60)


def test_all_that_is_kept_of_a_token_stays_within_one_amount(market: Market) -> None:
    market.fund(EMSP, GREATEST - 1)
    market.mint(CPO, 2)

    with refused("Amount too large."):
        market.send(CPO, "deposit", CPO, market.euro, 2)
    market.send(CPO, "deposit", CPO, market.euro, 1)

    assert (market.free(EMSP), market.free(CPO)) == (GREATEST - 1, 1)


def test_tokens_sent_without_a_deposit_are_nobodys(market: Market) -> None:
    market.mint(EMSP, 100)
    market.euro.send(EMSP.address, "transfer", market.lanes.address, 40)

    market.send(EMSP, "deposit", EMSP, market.euro, 60)

    assert market.free(EMSP) == 60


def test_permit_and_deposit_in_one_call_of_anybody(market: Market) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)
    vrs = sign_permit(market, EMSP, 60)

    receipt = market.send(KEEPER, "depositWithPermit", EMSP, market.euro, 60, market.evm.now, *vrs)

    assert (market.free(EMSP), market.wallet(EMSP), market.free(KEEPER)) == (60, 40, 0)
    expected = {
        "token": market.euro.address,
        "party": EMSP.address,
        "sender": EMSP.address,
        "amount": 60,
    }
    assert market.events(receipt) == [("Deposited", expected)]


def test_permit_that_fails_moves_nothing_even_where_an_allowance_is_left(market: Market) -> None:
    market.mint(EMSP, 100)

    with refused("Not signed by the owner."):
        market.send(
            *(STRANGER, "depositWithPermit", EMSP, market.euro, 60, market.evm.now),
            *sign_permit(market, STRANGER, 60),
        )

    assert market.free(EMSP) == 0


def test_permit_that_somebody_used_up_before_is_refused(market: Market) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)
    vrs = sign_permit(market, EMSP, 60)
    market.euro.send(STRANGER.address, "permit", EMSP.address, market.lanes.address, 60, market.evm.now, *vrs)

    with refused("Not signed by the owner."):
        market.send(KEEPER, "depositWithPermit", EMSP, market.euro, 60, market.evm.now, *vrs)


def test_authorization_opens_a_lane_in_one_call_of_anybody(market: Market) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)
    vrs = sign_opening(market, EMSP, CPO.address, 60)

    receipt = market.send(KEEPER, "openWithAuthorization", *opening(market, EMSP, CPO.address, 60, vrs))

    assert market.exposure(EMSP, CPO) == (60, 60, 0, 0, 0, 0)
    assert market.wallet(EMSP) == 40
    lane = {"payer": EMSP.address, "payee": CPO.address, "token": market.euro.address, "amount": 60}
    deposit = {"token": market.euro.address, "party": EMSP.address, "sender": EMSP.address, "amount": 60}
    assert market.events(receipt) == [("Deposited", deposit), ("Reserved", lane)]


def test_authorization_without_a_payee_becomes_free_money(market: Market) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)
    vrs = sign_opening(market, EMSP, NOBODY, 60)

    market.send(KEEPER, "openWithAuthorization", *opening(market, EMSP, NOBODY, 60, vrs))

    assert market.free(EMSP) == 60


@pytest.mark.parametrize("payee", [OTHER.address, STRANGER.address, NOBODY])
def test_authorization_cannot_be_led_to_another_payee(market: Market, payee: str) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)
    vrs = sign_opening(market, EMSP, CPO.address, 60)

    with refused("Not signed by the owner."):
        market.send(STRANGER, "openWithAuthorization", *opening(market, EMSP, payee, 60, vrs))
    with refused("Not signed by the owner."):
        market.send(
            *(STRANGER, "openWithAuthorization"),
            *opening(market, EMSP, CPO.address, 60, vrs, keccak(text="other salt")),
        )


def test_authorization_serves_once(market: Market) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 200)
    arguments = opening(market, EMSP, CPO.address, 60, sign_opening(market, EMSP, CPO.address, 60))
    market.send(KEEPER, "openWithAuthorization", *arguments)

    with refused("Authorization was used or cancelled."):
        market.send(KEEPER, "openWithAuthorization", *arguments)


def test_authorization_for_oneself_is_refused(market: Market) -> None:
    market.euro.send(KEEPER.address, "mint", EMSP.address, 100)
    vrs = sign_opening(market, EMSP, EMSP.address, 60)

    with refused("Two parties needed."):
        market.send(KEEPER, "openWithAuthorization", *opening(market, EMSP, EMSP.address, 60, vrs))


def test_withdrawal_leaves_free_money_for_any_wallet(market: Market) -> None:
    market.fund(EMSP, 100)

    receipt = market.send(EMSP, "withdraw", market.euro, 30, OTHER)

    assert (market.free(EMSP), market.wallet(OTHER), market.wallet(EMSP)) == (70, 30, 0)
    expected = {"token": market.euro.address, "party": EMSP.address, "to": OTHER.address, "amount": 30}
    assert market.events(receipt) == [("Withdrawn", expected)]


def test_withdrawal_of_all_leaves_nothing_and_of_more_is_refused(market: Market) -> None:
    market.fund(EMSP, 100)
    market.fund(CPO, 100)

    with refused("Not enough free money."):
        market.send(EMSP, "withdraw", market.euro, 101, EMSP)
    market.send(EMSP, "withdraw", market.euro, 100, EMSP)

    assert (market.free(EMSP), market.wallet(EMSP)) == (0, 100)


def test_reserved_money_cannot_be_withdrawn(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)

    for party in (EMSP, CPO):
        with refused("Not enough free money."):
            market.send(party, "withdraw", market.euro, 1, party)


def test_withdrawal_to_nobody_or_back_to_the_contract_is_refused(market: Market) -> None:
    market.fund(EMSP, 100)

    for receiver in (NOBODY, market.lanes):
        with refused("Not a wallet to withdraw to."):
            market.send(EMSP, "withdraw", market.euro, 1, receiver)


def test_money_of_one_token_is_not_money_of_another(market: Market) -> None:
    market.fund(EMSP, 100)

    with refused("Not enough free money."):
        market.send(EMSP, "withdraw", market.franc, 1, EMSP)


@pytest.mark.parametrize("delay", [1, DAY, 30 * DAY])
def test_contract_tells_its_delay(delay: int) -> None:
    assert open_market(Evm(), delay).lanes.read("DELAY") == delay


@pytest.mark.parametrize("delay", [0, 30 * DAY + 1, 2**256 - 1])
def test_contract_with_no_delay_or_one_too_long_cannot_be_made(delay: int) -> None:
    with refused("Delay must be 1 second to 30 days."):
        Evm().send(KEEPER.address, None, markets.lanes_artifact().bytecode + encode(["uint256"], [delay]))
