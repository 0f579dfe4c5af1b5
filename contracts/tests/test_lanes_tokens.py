"""Tokens that misbehave: nobody is credited what did not come, and nobody else pays for it."""

from typing import Any

import pytest
from contracts.tests.contract import Contract
from contracts.tests.counterparts import deployed
from contracts.tests.evm import refused
from contracts.tests.market import CPO, DAY, EMSP, GREATEST, KEEPER, OTHER, STRANGER, Market

FEE, REFUSES, DENIES, TAKES_MORE, CALLS_BACK, BOASTS, PRETENDS = range(1, 8)
VRS = (27, bytes(32), bytes(32))
ALWAYS = 2**256 - 1


@pytest.fixture
def hostile(market: Market) -> Contract:
    """A token that behaves until it is told not to; two parties have 1,000 in their vaults and wallets."""
    token = deployed(market.evm, "HostileToken")
    for party in (EMSP, CPO):
        market.mint(party, 2000, token)
        market.send(party, "deposit", party, token, 1000)
    return token


def kept(market: Market, token: Contract) -> tuple[int, int]:
    """What the contract has of the token, and what it owes in it."""
    owed = market.free(EMSP, token) + market.free(CPO, token)
    owed += market.reserved(EMSP, CPO, token) + market.reserved(CPO, EMSP, token)
    return token.read("balanceOf", market.lanes.address), owed


def test_token_that_takes_a_fee_is_credited_as_it_came(market: Market, hostile: Contract) -> None:
    hostile.send(EMSP.address, "behave", FEE)

    receipt = market.send(EMSP, "deposit", EMSP, hostile, 100)
    market.send(EMSP, "openWithAuthorization", EMSP, CPO, hostile, 100, 0, ALWAYS, bytes(32), *VRS)

    assert market.events(receipt)[0][1]["amount"] == 90
    assert (market.free(EMSP, hostile), market.reserved(EMSP, CPO, hostile)) == (1090, 90)
    assert kept(market, hostile) == (2180, 2180)


def test_token_that_takes_a_fee_on_the_way_out_costs_the_receiver(market: Market, hostile: Contract) -> None:
    hostile.send(EMSP.address, "behave", FEE)

    market.send(EMSP, "withdraw", hostile, 100, OTHER)

    assert market.wallet(OTHER, hostile) == 90
    assert kept(market, hostile) == (1900, 1900)


def test_token_that_takes_more_than_it_is_told_is_refused(market: Market, hostile: Contract) -> None:
    hostile.send(EMSP.address, "behave", TAKES_MORE)

    with refused("Token took more than told."):
        market.send(EMSP, "withdraw", hostile, 100, EMSP)

    assert kept(market, hostile) == (2000, 2000)


@pytest.mark.parametrize("mode", [REFUSES, DENIES])
def test_token_that_returns_false_has_refused(market: Market, hostile: Contract, mode: int) -> None:
    hostile.send(EMSP.address, "behave", mode)

    with refused("Token refused the transfer."):
        market.send(EMSP, "deposit", EMSP, hostile, 100)
    with refused("Token refused the transfer."):
        market.send(EMSP, "withdraw", hostile, 100, EMSP)

    assert kept(market, hostile) == (2000, 2000)


def test_token_that_bans_a_party_keeps_it_from_withdrawing_but_not_from_settling(
    market: Market, hostile: Contract
) -> None:
    hostile.send(KEEPER.address, "ban", EMSP.address, True)

    with refused("Banned."):
        market.send(EMSP, "withdraw", hostile, 100, EMSP)
    assert market.free(EMSP, hostile) == 1000
    assert market.claim(CPO, market.item(EMSP, CPO, 60, token=hostile), token=hostile) == 60
    market.send(CPO, "withdraw", hostile, 60, CPO)
    market.send(EMSP, "withdraw", hostile, 100, OTHER)


def test_token_that_bans_the_contract_keeps_its_money_and_no_other(market: Market, hostile: Contract) -> None:
    market.fund(EMSP, 100)
    hostile.send(KEEPER.address, "ban", market.lanes.address, True)

    for act in (("withdraw", hostile, 1, EMSP), ("deposit", EMSP, hostile, 1)):
        with refused("Banned."):
            market.send(EMSP, *act)
    market.send(EMSP, "withdraw", market.euro, 100, EMSP)


def test_token_that_takes_any_permit_moves_nothing_by_it(market: Market, hostile: Contract) -> None:
    """The allowance was for something else; a stranger must not be able to use it up."""
    hostile.send(EMSP.address, "behave", PRETENDS)

    with refused("Permit did not use its nonce."):
        market.send(STRANGER, "depositWithPermit", EMSP, hostile, 100, market.evm.now, *VRS)
    with refused("Nothing was received."):
        market.send(*(STRANGER, "openWithAuthorization", EMSP, CPO, hostile, 100, 0, ALWAYS, bytes(32), *VRS))

    assert kept(market, hostile) == (2000, 2000)


def test_token_that_knows_no_permits_but_takes_any_call_moves_nothing(market: Market) -> None:
    silent = deployed(market.evm, "SilentToken")
    market.mint(EMSP, 1000, silent)

    with refused(None):
        market.send(STRANGER, "depositWithPermit", EMSP, silent, 100, market.evm.now, *VRS)
    with refused("Nothing was received."):
        market.send(*(STRANGER, "openWithAuthorization", EMSP, CPO, silent, 100, 0, ALWAYS, bytes(32), *VRS))


def test_token_that_returns_nothing_is_served(market: Market) -> None:
    silent = deployed(market.evm, "SilentToken")
    market.fund(EMSP, 1000, silent)

    assert market.claim(CPO, market.item(EMSP, CPO, 60, token=silent), token=silent) == 60
    market.send(CPO, "withdraw", silent, 60, CPO)

    assert (market.free(EMSP, silent), market.wallet(CPO, silent)) == (940, 60)


def test_token_that_boasts_hurts_its_own_users_only(market: Market, hostile: Contract) -> None:
    """It can claim to have brought 2**119; one amount is the most it gets, and fields do not overflow."""
    market.fund(EMSP, 100)
    hostile.send(EMSP.address, "behave", BOASTS)
    market.send(EMSP, "deposit", EMSP, hostile, 1)
    with refused("Amount too large."):
        market.send(EMSP, "deposit", EMSP, hostile, 1)

    assert market.free(EMSP, hostile) == 2**119 + 1001
    assert market.free(EMSP) == 100


def test_reserve_that_a_boasting_token_would_overflow_is_refused(market: Market, hostile: Contract) -> None:
    """More than one amount can only get into the books while the token forgets what it said before."""
    market.send(CPO, "enableSetoff", EMSP, hostile)
    market.mint(EMSP, GREATEST, hostile)
    hostile.send(EMSP.address, "behave", FEE)
    for _ in range(2):  # each time the contract's balance is wiped out, as if the token had been reset
        hostile.send(KEEPER.address, "wipe", market.lanes.address)
        hostile.send(KEEPER.address, "mint", EMSP.address, GREATEST // 3)
        market.send(EMSP, "deposit", EMSP, hostile, GREATEST // 2)
    hostile.send(KEEPER.address, "wipe", market.lanes.address)
    market.send(EMSP, "deposit", EMSP, hostile, GREATEST // 2)
    market.send(EMSP, "reserve", CPO, hostile, GREATEST - 10)

    with refused("Amount too large."):
        market.send(EMSP, "reserve", CPO, hostile, 11)
    market.send(EMSP, "reserve", CPO, hostile, 10)
    assert market.reserved(EMSP, CPO, hostile) == GREATEST
    assert market.lanes.read("setoff", CPO.address, EMSP.address, hostile.address) == (True, 0)


# ---------------------------------------------------------------------------------- calling back

Call = tuple[str, tuple[Any, ...]]


def every_call(market: Market, token: Contract) -> list[Call]:
    """One call of every function that changes something or reads what changes."""
    emsp, cpo, euro = EMSP.address, CPO.address, token.address
    until, signed = market.evm.now, (0, bytes(32), bytes(32), bytes(32))
    leaf = (bytes(32), 1, bytes(32), 1, 1, bytes(32), bytes(32))
    pair, by_sig = (emsp, cpo, euro), (until, *VRS)
    return [
        ("deposit", (cpo, euro, 1)),
        ("depositWithPermit", (cpo, euro, 1, *by_sig)),
        ("openWithAuthorization", (*pair, 1, 0, until, bytes(32), *VRS)),
        ("withdraw", (euro, 0, cpo)),
        ("withdrawBySig", (emsp, euro, 1, cpo, *by_sig)),
        ("reserve", (cpo, euro, 0)),
        ("reserveBySig", (*pair, 1, *by_sig)),
        ("requestRelease", (cpo, euro, 0)),
        ("requestReleaseBySig", (*pair, 1, *by_sig)),
        ("release", pair),
        ("returnReserve", (emsp, euro, 0)),
        ("returnReserveBySig", (*pair, 1, *by_sig)),
        ("claim", (cpo, euro, [(emsp, *market.voucher(EMSP, CPO, 60, token=token))])),
        ("claimOne", (*pair, *market.voucher(EMSP, CPO, 60, token=token))),
        ("claimWallet", (*pair, 60, bytes(32), b"")),
        ("net", (*pair, signed, signed)),
        ("enableSetoff", (cpo, euro)),
        ("enableSetoffBySig", (*pair, *by_sig)),
        ("requestLeaveSetoff", (cpo, euro)),
        ("requestLeaveSetoffBySig", (*pair, *by_sig)),
        ("leaveSetoff", pair),
        ("setSigner", (cpo, 1)),
        ("setSignerBySig", (emsp, cpo, 1, *by_sig)),
        ("agreeHoldBack", (*pair, 0, "0x" + "00" * 20, until, VRS, VRS)),
        ("collect", pair),
        ("dispute", (*pair, 0, leaf, [], bytes(32), [(bytes(32), 1)])),
        ("resolve", (*pair, bytes(32), 0)),
        ("free", (emsp, euro)),
        ("exposure", pair),
        ("setoff", pair),
        ("signer", (emsp, cpo)),
        ("holdBack", pair),
        ("bucket", (*pair, 0)),
        ("disputed", (*pair, bytes(32))),
    ]


def test_every_function_is_in_the_list_of_calls(market: Market) -> None:
    harmless = {"DELAY", "DOMAIN_SEPARATOR", "eip712Domain", "nonces"}

    assert {name for name, _ in every_call(market, market.euro)} | harmless == market.lanes.names


@pytest.mark.parametrize("way", ["deposit", "withdraw", "openWithAuthorization"])
def test_token_that_calls_back_in_the_middle_gets_nowhere(
    market: Market, hostile: Contract, way: str
) -> None:
    acts: dict[str, tuple[Any, ...]] = {
        "deposit": ("deposit", EMSP, hostile, 10),
        "withdraw": ("withdraw", hostile, 10, EMSP),
        "openWithAuthorization": (
            *("openWithAuthorization", EMSP, CPO, hostile, 10, 0, ALWAYS, bytes(32), *VRS),
        ),
    }
    for function, arguments in every_call(market, hostile):
        data = market.lanes.encode(function, *arguments)
        hostile.send(KEEPER.address, "callBack", market.lanes.address, data)
        before = kept(market, hostile)

        market.send(EMSP, *acts[way])

        assert not hostile.read("answered"), function
        assert hostile.read("answer") == b"", function
        change = -10 if way == "withdraw" else 10
        assert kept(market, hostile) == (before[0] + change, before[1] + change), function
    assert market.claimed(EMSP, CPO, hostile) == 0


def test_token_that_calls_itself_back_into_a_deposit_is_credited_once(
    market: Market, hostile: Contract
) -> None:
    market.mint(OTHER, 10, hostile)
    hostile.send(
        KEEPER.address,
        "callBack",
        hostile.address,
        hostile.encode("mint", market.lanes.address, 5),
    )

    market.send(EMSP, "deposit", EMSP, hostile, 100)

    assert hostile.read("answered")
    assert kept(market, hostile) == (2105, 2105)


def test_release_is_not_hindered_by_a_token(market: Market, hostile: Contract) -> None:
    market.send(EMSP, "reserve", CPO, hostile, 100)
    hostile.send(KEEPER.address, "ban", EMSP.address, True)
    market.send(EMSP, "requestRelease", CPO, hostile, 100)
    market.pass_time(DAY)

    market.send(KEEPER, "release", EMSP, CPO, hostile)

    assert market.free(EMSP, hostile) == 1000
