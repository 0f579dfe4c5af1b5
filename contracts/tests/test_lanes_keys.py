"""Keys that sign for a party: what they may, and how long after they are removed."""

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.market import (
    CPO,
    DAY,
    EMSP,
    KEY,
    OTHER,
    RETURNS,
    VOUCHERS,
    Market,
)

BOTH = VOUCHERS | RETURNS


def signer(market: Market) -> tuple[int, int]:
    return market.lanes.read("signer", EMSP.address, KEY.address)  # type: ignore[no-any-return]  # decoded by the ABI


@pytest.fixture
def ready(market: Market) -> Market:
    """100 reserved for the CPO, 100 free."""
    market.reserve(EMSP, CPO, 100)
    market.fund(EMSP, 100)
    return market


@pytest.mark.parametrize("rights", [VOUCHERS, BOTH])
def test_key_signs_vouchers_for_its_party(ready: Market, rights: int) -> None:
    receipt = ready.send(EMSP, "setSigner", KEY, rights)

    assert ready.claim(CPO, ready.item(EMSP, CPO, 120, signer=KEY)) == 120
    assert ready.claim_one(EMSP, CPO, ready.voucher(EMSP, CPO, 130, signer=KEY)) == 10
    expected = {"party": EMSP.address, "key": KEY.address, "rights": rights, "retiresAt": 0}
    assert ready.events(receipt) == [("SignerChanged", expected)]
    assert signer(ready) == (rights, 0)


def test_party_still_signs_itself(ready: Market) -> None:
    ready.send(EMSP, "setSigner", KEY, VOUCHERS)

    assert ready.claim(CPO, ready.item(EMSP, CPO, 60)) == 60


def test_key_of_one_party_is_none_of_another(ready: Market) -> None:
    ready.send(OTHER, "setSigner", KEY, VOUCHERS)
    ready.send(CPO, "setSigner", KEY, VOUCHERS)

    assert ready.claim(CPO, ready.item(EMSP, CPO, 60, signer=KEY)) == 0


@pytest.mark.parametrize("rights", [0, RETURNS])
def test_key_without_the_right_signs_no_vouchers(ready: Market, rights: int) -> None:
    ready.send(EMSP, "setSigner", KEY, rights)

    assert ready.claim(CPO, ready.item(EMSP, CPO, 60, signer=KEY)) == 0
    assert signer(ready) == (rights, 0)


@pytest.mark.parametrize("rights", [0, RETURNS])
def test_vouchers_of_a_removed_key_reach_the_reserve_for_the_delay(ready: Market, rights: int) -> None:
    ready.send(EMSP, "setSigner", KEY, VOUCHERS)
    item = ready.item(EMSP, CPO, 150, signer=KEY)
    retires_at = ready.evm.now + DAY

    receipt = ready.send(EMSP, "setSigner", KEY, rights)
    ready.pass_time(DAY - 1)

    assert signer(ready) == (rights, retires_at)
    assert ready.events(receipt)[0][1]["retiresAt"] == retires_at
    assert ready.claim(CPO, item) == 100
    assert ready.exposure(EMSP, CPO)[1:4] == (0, 100, 100)
    with refused("Payer has no money."):
        ready.claim_one(EMSP, CPO, item[1:])


def test_vouchers_of_a_removed_key_are_void_after_the_delay(ready: Market) -> None:
    ready.send(EMSP, "setSigner", KEY, VOUCHERS)
    item = ready.item(EMSP, CPO, 150, signer=KEY)
    ready.send(EMSP, "setSigner", KEY, 0)
    ready.pass_time(DAY)

    assert ready.claim(CPO, item) == 0
    with refused("Voucher not signed by its payer."):
        ready.claim_one(EMSP, CPO, item[1:])


def test_removing_a_key_again_neither_shortens_nor_lengthens_its_end(ready: Market) -> None:
    ready.send(EMSP, "setSigner", KEY, VOUCHERS)
    ready.send(EMSP, "setSigner", KEY, 0)
    retires_at = ready.evm.now + DAY
    ready.pass_time(100)

    ready.send(EMSP, "setSigner", KEY, 0)
    assert signer(ready) == (0, retires_at)
    ready.send(EMSP, "setSigner", KEY, RETURNS)
    assert signer(ready) == (RETURNS, retires_at)


def test_key_that_comes_back_is_a_key_again(ready: Market) -> None:
    for rights in (VOUCHERS, 0, VOUCHERS):
        ready.send(EMSP, "setSigner", KEY, rights)

    assert signer(ready) == (VOUCHERS, 0)
    assert ready.claim(CPO, ready.item(EMSP, CPO, 150, signer=KEY)) == 150


def test_key_that_never_signed_vouchers_ends_at_once(ready: Market) -> None:
    ready.send(EMSP, "setSigner", KEY, RETURNS)
    ready.send(EMSP, "setSigner", KEY, 0)

    assert signer(ready) == (0, 0)
    assert ready.claim(CPO, ready.item(EMSP, CPO, 60, signer=KEY)) == 0


def test_party_that_lists_itself_is_still_itself_afterwards(ready: Market) -> None:
    ready.send(EMSP, "setSigner", EMSP, VOUCHERS)
    ready.send(EMSP, "setSigner", EMSP, 0)

    assert ready.claim(CPO, ready.item(EMSP, CPO, 150)) == 150


def test_nobody_is_never_a_key(ready: Market) -> None:
    with refused("No key given."):
        ready.send(EMSP, "setSigner", NOBODY, VOUCHERS)


@pytest.mark.parametrize("rights", [4, 5, 256, 2**256 - 1])
def test_unknown_rights_are_refused(ready: Market, rights: int) -> None:
    with refused("Unknown rights."):
        ready.send(EMSP, "setSigner", KEY, rights)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("withdraw", ("token", 1, KEY)),
        ("requestRelease", (CPO, "token", 1)),
        ("reserve", (CPO, "token", 1)),
    ],
)
def test_key_moves_no_money_by_its_own_transactions(
    ready: Market, function: str, arguments: tuple[object, ...]
) -> None:
    ready.send(EMSP, "setSigner", KEY, BOTH)

    expected = "Not enough reserved money." if function == "requestRelease" else "Not enough free money."
    with refused(expected):
        ready.send(KEY, function, *(ready.euro if a == "token" else a for a in arguments))
