"""Keys of vouchers change: what earlier ones signed is history below a voucher of today's, no more."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.settlement.service.test_recovery import log_of, same_log
from tests.unit.settlement.world import CPO, EMSP, EMSP_KEY, EUR, LANE, World, bounds, make_terms

from ocn.settlement.service import module
from ocn.signing.keys import PrivateKey

HOT = PrivateKey(b"\x05" * 32)
HOT_SIDE = replace(make_terms().payer, signer=HOT.address)


def sign_with(here: World, key: PrivateKey) -> None:
    object.__setattr__(here.payer.house, "voucher_key", key)
    object.__setattr__(here.payer.house, "bounds", replace(bounds(EMSP_KEY), signer=key.address))


async def paid_by_a_hot_key(here: World, *kwh: str) -> None:
    here.chain.signers_of.add((EMSP_KEY.address, HOT.address))
    sign_with(here, HOT)
    await here.agree(payer=HOT_SIDE)
    await charge(here, *kwh)


async def charge(here: World, *kwh: str) -> None:
    for each in kwh:
        await here.charge("S1", each)
        await here.payee.step()


async def changed(here: World) -> None:
    """The vault signs from now on; the hot key is removed."""
    here.chain.removed.add(HOT.address)
    sign_with(here, EMSP_KEY)
    await here.agree(number=2)


async def test_payer_takes_back_what_an_earlier_key_signed_below_a_voucher_of_todays(here: World) -> None:
    await paid_by_a_hot_key(here, "0.3", "0.6")
    await changed(here)
    await charge(here, "0.9")
    before = await log_of(here.payer_store)
    await here.lose_payer()
    await charge(here, "1.2")
    assert [each.entry for each in (await same_log(here))[:3]] == [each.entry for each in before]
    assert await here.owed() == 480_000


async def test_payer_signs_on_top_of_nothing_that_only_a_removed_key_has_signed(here: World) -> None:
    """Whoever stole it could write any debt into the log, and have it confirmed by the next voucher."""
    await paid_by_a_hot_key(here, "0.3")
    await changed(here)
    await here.lose_payer()
    await charge(here, "0.6")
    assert await log_of(here.payer_store) == []
    assert await here.owed() == 120_000


async def test_key_that_the_chain_still_lists_stands_for_what_it_signed(here: World) -> None:
    await paid_by_a_hot_key(here, "0.3")
    sign_with(here, EMSP_KEY)
    await here.agree(number=2)
    await here.lose_payer()
    await charge(here, "0.6")
    assert len(await same_log(here)) == 2


@pytest.mark.parametrize("most", [1, 2, 200])
@pytest.mark.parametrize("loser", ["payer", "payee"])
async def test_everything_is_recovered_page_by_page_though_keys_have_changed(
    here: World, monkeypatch: pytest.MonkeyPatch, most: int, loser: str
) -> None:
    await paid_by_a_hot_key(here, "0.3", "0.5", "0.7")
    await changed(here)
    await charge(here, "0.9", "1.1")
    monkeypatch.setattr(module, "MOST_VOUCHERS", most)
    if loser == "payer":
        await here.lose_payer()
        await here.payer.recover(CPO)
    else:
        await here.lose_payee()
        await here.payee.recover(EMSP)
    assert len(await same_log(here)) == 5
    store: Any = here.payer_store if loser == "payer" else here.payee_store
    assert (await store.books(CPO, ["S1"]))["S1"].settled == 440_000


async def test_vouchers_that_none_of_todays_key_stands_for_are_not_recovered(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paid_by_a_hot_key(here, "0.3", "0.5")
    monkeypatch.setattr(module, "MOST_VOUCHERS", 1)
    await changed(here)
    await here.lose_payee()
    with pytest.raises(Exception, match="a key that does not count any more"):
        await here.payee.recover(EMSP)
    assert await here.payee_store.last(LANE) is None


async def test_terms_shown_when_nobody_asked_are_taken_only_within_bounds(here: World) -> None:
    """A counterparty may show old terms to a party that has lost its newer ones."""
    await here.agree(reserve=15 * EUR)
    await here.charge("S1", "0.3")
    await here.lose_payer()
    object.__setattr__(here.payer.house, "bounds", replace(bounds(EMSP_KEY), most_reserve=10 * EUR))
    await here.payee.step()
    assert await here.payer_store.terms(EMSP, CPO) == []
    (pair,) = await here.payer.recover(CPO)
    assert pair.terms.reserve == 15 * EUR
