"""Contract wallets: a voucher counts if the payer's wallet stands by it, whatever else the wallet does."""

from collections.abc import Callable

import pytest
from contracts.tests.contract import Contract
from contracts.tests.counterparts import deployed
from contracts.tests.evm import refused
from contracts.tests.market import CPO, EMSP, GREATEST, KEEPER, KEY, STRANGER, VOUCHERS, Market
from contracts.tests.people import Person
from eth_account import Account
from eth_utils.crypto import keccak

HONEST, LYING, DENYING, BURNING, REFUSING, WORDY, SHORT, NOISY, WRITING, COSTLY = range(10)
EVIDENCE = keccak(text="evidence")
DENIED = "Wallet denies the voucher."

Pay = Callable[..., int]


@pytest.fixture
def wallet(market: Market) -> Contract:
    """Owned by the eMSP's key, with 100 reserved for the CPO and 50 free."""
    wallet = deployed(market.evm, "Wallet", EMSP)
    market.euro.send(KEEPER.address, "mint", KEEPER.address, 150)
    market.euro.send(KEEPER.address, "approve", market.lanes.address, 150)
    market.send(KEEPER, "deposit", wallet, market.euro, 150)
    act(market, wallet, "reserve", CPO.address, market.euro.address, 100)
    return wallet


def act(market: Market, wallet: Contract, function: str, *arguments: object) -> None:
    data = market.lanes.encode(function, *arguments)
    wallet.send(EMSP.address, "execute", market.lanes.address, data)


def party(wallet: Contract) -> Person:
    person = Person("the wallet")
    object.__setattr__(person, "address", wallet.address)
    return person


def pay(market: Market, wallet: Contract, cumulative: int, signer: Person = EMSP) -> int:
    digest = market.digest(party(wallet), CPO, cumulative, EVIDENCE)
    signed = Account.unsafe_sign_hash(digest, signer.key)
    signature = signed.r.to_bytes(32, "big") + signed.s.to_bytes(32, "big") + bytes([signed.v])
    receipt = market.send(KEEPER, "claimWallet", wallet, CPO, market.euro, cumulative, EVIDENCE, signature)
    return int.from_bytes(receipt.output, "big")


def test_voucher_the_wallet_stands_by_is_paid(market: Market, wallet: Contract) -> None:
    assert pay(market, wallet, 60) == 60
    assert pay(market, wallet, 120) == 60

    assert market.exposure(party(wallet), CPO) == (30, 0, 30, 120, 0, 0)
    assert market.free(CPO) == 120


def test_voucher_of_a_wallet_tells_what_it_did(market: Market, wallet: Contract) -> None:
    wallet.send(EMSP.address, "behave", LYING)

    receipt = market.send(KEEPER, "claimWallet", wallet, CPO, market.euro, 120, EVIDENCE, b"")

    expected = {
        "payer": wallet.address,
        "payee": CPO.address,
        "token": market.euro.address,
        "claimed": 120,
        "fromFree": 20,
        "evidence": EVIDENCE,
    }
    assert market.events(receipt) == [("Claimed", expected)]


def test_voucher_not_signed_by_the_owner_is_refused(market: Market, wallet: Contract) -> None:
    with refused(DENIED):
        pay(market, wallet, 60, signer=STRANGER)


@pytest.mark.parametrize("mode", [DENYING, BURNING, REFUSING, WORDY, SHORT, NOISY, WRITING])
def test_wallet_that_answers_anything_else_is_taken_to_deny(
    market: Market, wallet: Contract, mode: int
) -> None:
    wallet.send(EMSP.address, "behave", mode)

    with refused(DENIED):
        pay(market, wallet, 60)

    assert market.exposure(party(wallet), CPO) == (150, 100, 50, 0, 0, 0)
    assert wallet.read("written") == 0


def test_wallet_that_burns_gas_burns_what_it_is_given_and_no_more(market: Market, wallet: Contract) -> None:
    """Compared with one that refuses at once: what that used itself is known from asking it directly."""
    asked = (wallet.address, CPO.address, market.euro.address, 60, EVIDENCE, b"")
    claim = (KEEPER.address, market.lanes.address, market.lanes.encode("claimWallet", *asked))
    digest = market.digest(party(wallet), CPO, 60, EVIDENCE)
    question = wallet.encode("isValidSignature", digest, b"")
    wallet.send(EMSP.address, "behave", BURNING)
    burnt = market.evm.gas_of(*claim)
    wallet.send(EMSP.address, "behave", REFUSING)
    refused_at_once = market.evm.gas_of(*claim)
    directly = market.evm.gas_of(KEEPER.address, wallet.address, question)

    its_own = directly - 21_000 - sum(16 if byte else 4 for byte in question)
    assert burnt - refused_at_once + its_own == 400_000


def test_wallet_may_use_most_of_the_gas(market: Market, wallet: Contract) -> None:
    wallet.send(EMSP.address, "behave", COSTLY)

    assert pay(market, wallet, 60) == 60


def test_wallet_that_lies_spends_its_own_money_only(market: Market, wallet: Contract) -> None:
    """It can say yes to anything in its own name, and to nothing in the name of others."""
    wallet.send(EMSP.address, "behave", LYING)
    market.reserve(EMSP, CPO, 1000)

    assert pay(market, wallet, 10_000, signer=STRANGER) == 150
    with refused(DENIED):
        market.send(
            *(STRANGER, "claimWallet", EMSP, CPO, market.euro, 60, EVIDENCE),
            b"\0" * 65,
        )


def test_signature_of_a_plain_key_does_not_count_as_a_wallets(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    _, _, r, vs = market.voucher(EMSP, CPO, 60, evidence=EVIDENCE)

    with refused(DENIED):
        market.send(KEEPER, "claimWallet", EMSP, CPO, market.euro, 60, EVIDENCE, r + vs)


@pytest.mark.parametrize(
    ("cumulative", "reason"),
    [
        (60, "Nothing new in this voucher."),
        (59, "Nothing new in this voucher."),
        (GREATEST + 1, "Cumulative too large."),
    ],
)
def test_stale_and_boundless_vouchers_are_refused_before_the_wallet_is_asked(
    market: Market, wallet: Contract, cumulative: int, reason: str
) -> None:
    pay(market, wallet, 60)
    wallet.send(EMSP.address, "behave", REFUSING)

    with refused(reason):
        pay(market, wallet, cumulative)


def test_wallet_without_money_is_refused(market: Market, wallet: Contract) -> None:
    pay(market, wallet, 150)

    with refused("Payer has no money."):
        pay(market, wallet, 160)


def test_wallet_lets_a_key_sign_and_is_claimed_as_anybody_then(market: Market, wallet: Contract) -> None:
    act(market, wallet, "setSigner", KEY.address, VOUCHERS)

    assert market.claim(CPO, market.item(party(wallet), CPO, 60, signer=KEY)) == 60
    assert market.claim(CPO, market.item(party(wallet), CPO, 70, signer=EMSP)) == 0
