"""Terms that hold payments back: both vaults agree on chain, and nothing starts while the chain differs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.settlement.world import CPO, CPO_KEY, EMSP, EMSP_KEY, LANE, World, bounds, make_terms, world

from ocn.ocpi.modules import InterfaceRole
from ocn.party.json_text import JsonObject
from ocn.settlement.core.holding_back import HoldBack
from ocn.settlement.core.reasons import Reason
from ocn.settlement.errors import TermsInvalid
from ocn.settlement.protocol import MODULE
from ocn.settlement.protocol.content import wrapped
from ocn.settlement.protocol.hold_back import hold_back_object

ARBITER = "0x" + "AB" * 20
HELD: dict[str, Any] = {"hold_back_h": 24, "arbiter": ARBITER}
DAY_S = 86_400


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world() as opened:
        for side, key in ((opened.payer, EMSP_KEY), (opened.payee, CPO_KEY)):
            object.__setattr__(side.house, "bounds", replace(bounds(key), hold_back=True))
        yield opened


async def window(here: World) -> tuple[int, str]:
    state = await here.chain.state(LANE)
    return state.window_s, state.arbiter


async def test_both_vaults_agree_on_chain_to_what_the_terms_say(here: World) -> None:
    await here.agree(**HELD)
    await here.payee.step()
    assert await window(here) == (0, "")  # the payer asks
    await here.payer.step()
    assert await window(here) == (DAY_S, make_terms(**HELD).arbiter)
    await here.payer.step()
    assert here.chain.asked == [(f"hold back {DAY_S}", LANE)]


async def test_no_session_starts_before_the_chain_holds_back_as_the_terms_say(here: World) -> None:
    here.chain.works = False
    await here.agree(**HELD)
    await here.payer.step()
    refused = await here.collect.authorise(EMSP)
    assert not refused.allowed
    assert "the chain holds payments on this lane back not at all, the terms for 86400 s" in refused.why
    await here.charge("S1", "0.3")
    await here.payee.step()
    assert await here.owed() == 0
    running = here.collect._collecting[LANE].deliveries.get("S1")
    assert running is not None
    assert running.delivery.refused is not None
    assert running.delivery.refused.reason is Reason.HOLD_BACK
    here.chain.works = True
    here.clock.pass_(61)
    await here.payer.step()
    assert "86400" not in (await here.collect.authorise(EMSP)).why
    await here.charge("S1", "0.5")
    await here.payee.step()
    assert await here.owed() == 200_000
    assert await here.payer_store.cases() == []


async def test_session_that_runs_when_terms_begin_to_hold_back_goes_on(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.3")
    await here.payee.step()
    await here.agree(number=2, **HELD)
    await here.charge("S1", "0.6")
    await here.charge("S2", "0.3")
    await here.payee.step()
    assert await here.owed() == 240_000


async def test_terms_that_hold_back_no_longer_end_it_on_chain(here: World) -> None:
    await here.agree(**HELD)
    await here.payer.step()
    await here.agree(number=2)
    assert "back for 86400 s" in (await here.collect.authorise(EMSP)).why
    here.clock.pass_(61)
    await here.payer.step()
    assert await window(here) == (0, "")
    assert here.chain.numbers == {EMSP_KEY.address: 2, CPO_KEY.address: 2}


async def test_what_is_held_is_collected_every_hour(here: World) -> None:
    await here.agree(**HELD)
    await here.payer.step()
    await here.charge("S1", "0.5")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    assert (await here.chain.state(LANE)).held == 200_000
    assert {kind for kind, _, _ in here.chain.transactions} == {"claim"}
    await here.payee.step()
    assert here.chain.free[CPO_KEY.address] == 200_000
    assert here.chain.asked[-1] == ("collect", LANE)


async def test_peer_without_the_key_of_its_vault_is_asked_again(
    here: World, caplog: pytest.LogCaptureFixture
) -> None:
    object.__setattr__(here.payee.house, "vault_key", None)
    await here.agree(**HELD)
    for _ in range(2):
        await here.payer.step()
        here.clock.pass_(61)
    assert await window(here) == (0, "")
    said = [each.getMessage() for each in caplog.records if "holding back" in each.getMessage()]
    assert len(said) == 2
    assert "only the key of the vault" in said[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"window_s": 3600}, "held back for 3600 s"),
        ({"arbiter": "0x" + "cd" * 20}, "the terms with DE CPO say 86400 s"),
        ({"payee_number": 1}, "not the number of the next signed call"),
        ({"deadline": 2**40}, "later than a day from now"),
        ({"payer_number": 7}, "signed by 0x"),
    ],
    ids=str,
)
async def test_payee_signs_what_the_terms_say_and_nothing_else(
    here: World, change: dict[str, Any], says: str
) -> None:
    await here.agree(**HELD)
    deadline = int(here.clock.now.timestamp()) + 3600
    wanted = HoldBack(LANE, DAY_S, make_terms(**HELD).arbiter, 0, 0, deadline)
    shown = replace(wanted, **change)
    signed = wanted if "payer_number" in change else shown
    answer = await asked(here, hold_back_object(shown, signed.signed_with(EMSP_KEY, EMSP_KEY.address)))
    assert says in answer


async def test_payee_signs_once_what_the_chain_then_has(here: World) -> None:
    await here.agree(**HELD)
    await here.payer.step()
    deadline = int(here.clock.now.timestamp()) + 3600
    again = HoldBack(LANE, DAY_S, make_terms(**HELD).arbiter, 1, 1, deadline)
    message = hold_back_object(again, again.signed_with(EMSP_KEY, EMSP_KEY.address))
    assert "holds back what the terms say already" in await asked(here, message)


@pytest.mark.parametrize("member", ["lane", "window_s", "arbiter", "signature"])
async def test_request_that_is_none_is_refused(here: World, member: str) -> None:
    await here.agree(**HELD)
    wanted = HoldBack(LANE, DAY_S, make_terms(**HELD).arbiter, 0, 0, 1)
    good = hold_back_object(wanted, wanted.signed_with(EMSP_KEY, EMSP_KEY.address))
    assert member in await asked(here, good | {member: None})


async def asked(here: World, message: JsonObject) -> str:
    """What the CPO says to an eMSP that asks it to sign."""
    reply = await here.emsp.client.to(CPO).request(
        "POST", MODULE, InterfaceRole.RECEIVER, ("terms", "hold-back"), body=wrapped(message), check=False
    )
    assert (reply.status_code, reply.http_status) == (2001, 400)
    return reply.status_message or ""


def test_arbiter_is_neither_of_the_two() -> None:
    for vault in (EMSP_KEY.address, CPO_KEY.address):
        with pytest.raises(TermsInvalid, match="a third party"):
            make_terms(hold_back_h=1, arbiter=vault)
