"""Coming to terms: who may propose what, what is checked, and what is never signed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.settlement.world import (
    CPO,
    CPO_KEY,
    EMSP,
    EMSP_KEY,
    EUR,
    LANE,
    World,
    bounds,
    make_terms,
)

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party.errors import RequestFailed
from ocn.party.signatures.strict_terms import ListedKeys
from ocn.settlement.core.bounds import TermsBounds
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Side, Tick
from ocn.settlement.core.typed_data import terms_digest
from ocn.settlement.core.vouchers import compact
from ocn.settlement.errors import TermsInvalid, TermsRefused
from ocn.settlement.protocol import MODULE
from ocn.settlement.protocol.content import wrapped
from ocn.settlement.protocol.messages import terms_answer
from ocn.signing.keys import PrivateKey

HOT = PrivateKey(b"\x05" * 32)


async def test_terms_proposed_by_either_side_are_kept_by_both(here: World) -> None:
    await here.payer.propose(make_terms())
    ours, theirs = await here.payer_store.terms(EMSP, CPO), await here.payee_store.terms(EMSP, CPO)
    assert ours == theirs
    for party in (EMSP, CPO):
        ours[0].require_signature_of(party)
        ours[0].require_vault_of(party)


async def test_terms_of_before_vaults_were_proven_get_the_proofs_when_they_are_proposed_again(
    here: World,
) -> None:
    old = replace(
        SignedTerms(make_terms()).signed_by(EMSP_KEY, EMSP).signed_by(CPO_KEY, CPO),
        payer_vault_signature=b"",
        payee_vault_signature=b"",
    )
    for side in (here.payer, here.payee):
        await side.pairs.agreed(old)
    await here.payee.propose(make_terms())
    for store in (here.payer_store, here.payee_store):
        (kept,) = await store.terms(EMSP, CPO)
        assert kept.proves_vaults
        kept.require_vault_of(EMSP)
        kept.require_vault_of(CPO)


async def test_terms_proposed_twice_are_agreed_once(here: World) -> None:
    await here.payee.propose(make_terms())
    here.faults.lose_answer = True
    with pytest.raises(Exception, match="answer was lost"):
        await here.payee.propose(make_terms(number=2, reserve=EUR))
    await here.payee.propose(make_terms(number=2, reserve=EUR))
    assert [each.terms.number for each in await here.payee_store.terms(EMSP, CPO)] == [2, 1]
    assert await here.payer_store.terms(EMSP, CPO) == await here.payee_store.terms(EMSP, CPO)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reserve": 21 * EUR}, "a reserve of more than 20000000"),
        ({"tolerance": 101}, "a tolerance of more than 100"),
        ({"accepted_causes": ("ROUNDING_TOTAL", "VAT_RATE")}, "causes that are not accepted here: VAT_RATE"),
        ({"token": "0x" + "e1" * 20}, "is not settled in token"),
        ({"chain_id": 1}, "is not settled in token"),
        ({"decimals": 18}, "with 18 decimals"),
        ({"currency": "CHF"}, "CHF is not settled"),
        ({"vat_included": True}, "prices without VAT are settled here"),
        ({"rate": Decimal("1.1"), "rate_source": "me"}, "for people to agree on"),
        ({"hold_back_h": 24, "arbiter": "0x" + "ab" * 20}, "hold-back"),
        ({"tick": Tick(5001, 10)}, "more than 5000 Wh"),
        ({"tick": Tick(500, 61)}, "more than 60 s"),
        ({"grace_s": 121}, "a grace time of more than 120 s"),
    ],
    ids=str,
)
async def test_terms_that_the_payer_does_not_want_are_refused_with_every_reason(
    here: World, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(RequestFailed, match=says):
        await here.payee.propose(make_terms(**change))
    assert await here.payer_store.terms(EMSP, CPO) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reserve": EUR - 1}, "a reserve of less than"),
        ({"unsecured": 6 * EUR}, "credit of more than"),
        ({"floor": 50_001}, "a floor of more than 50000"),
    ],
)
async def test_terms_that_the_payee_does_not_want_are_refused(
    here: World, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(RequestFailed, match=says):
        await here.payer.propose(make_terms(**change))


async def test_decimals_are_those_that_the_token_has_on_chain(here: World) -> None:
    here.chain.token_decimals = 18
    with pytest.raises(RequestFailed, match="has 18 decimals, not 6"):
        await here.agree()


async def test_signer_must_be_one_that_the_contract_lists_for_the_vault(here: World) -> None:
    object.__setattr__(here.payee.house, "voucher_key", HOT)
    terms = make_terms(payee=Side(CPO, CPO_KEY.address, CPO_KEY.address, HOT.address))
    with pytest.raises(RequestFailed, match="may not sign for the vault"):
        await here.payee.propose(terms)
    with pytest.raises(TermsInvalid, match="may not sign for the vault"):
        await here.payer.propose(terms)
    here.chain.signers_of.add((CPO_KEY.address, HOT.address))
    await here.payee.propose(terms)
    (agreed,) = await here.payer_store.terms(EMSP, CPO)
    assert agreed.terms.payee.signer == HOT.address
    agreed.require_vault_of(CPO)


async def test_terms_with_another_vault_of_this_party_are_refused(here: World) -> None:
    other = Side(EMSP, EMSP_KEY.address, HOT.address, HOT.address)
    with pytest.raises(RequestFailed, match="the vault of NL MSP is"):
        await here.payee.propose(make_terms(payer=other))


async def test_newer_terms_replace_older_ones_and_older_ones_are_refused(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    await here.payee.step()
    await here.agree(number=3, tick=Tick(1000, 20))
    pair = await here.payee.pairs.on(EMSP, CPO, LANE)
    assert pair.terms.tick == Tick(1000, 20)
    await here.charge(kwh="0.8")
    await here.payee.step()
    assert await here.owed() == 320_000
    for number in (2, 3):
        with pytest.raises(RequestFailed, match="terms number 3 are agreed already"):
            await here.agree(number=number, tick=Tick(2000, 20))


async def test_terms_that_have_ended_start_no_session_and_finish_those_that_run(here: World) -> None:
    await here.agree(valid_until=here.clock.now + timedelta(minutes=1))
    await here.charge(kwh="0.3")
    await here.payee.step()
    here.clock.pass_(60)
    late = here.session("S2", start_date_time=format_datetime(here.clock.now))
    assert not await here.collect.report(late)
    await here.charge("S1", "0.6")
    await here.payee.step()
    assert await here.owed() == 240_000
    assert not (await here.collect.authorise(EMSP)).allowed


async def test_session_that_began_under_terms_is_paid_though_they_end_before_it_is_told(here: World) -> None:
    await here.agree(valid_until=here.clock.now + timedelta(seconds=5))
    await here.charge(kwh="0.3")
    await here.payee.step()
    assert await here.owed() == 120_000


async def proposed(here: World, signed: SignedTerms) -> str:
    reply = await here.cpo.client.to(EMSP).request(
        "POST", MODULE, InterfaceRole.RECEIVER, ("terms",), body=wrapped(terms_answer(signed)), check=False
    )
    assert (reply.status_code, reply.http_status) == (2001, 400)
    assert await here.payer_store.terms(EMSP, CPO) == []
    return reply.status_message or ""


async def test_proposal_must_be_signed_by_who_proposes_it(here: World) -> None:
    terms = make_terms()
    assert "not signed by DE CPO" in await proposed(here, SignedTerms(terms))
    altered = replace(SignedTerms(terms).signed_by(CPO_KEY, CPO), terms=replace(terms, reserve=1))
    assert "signed by 0x" in await proposed(here, altered)
    other = PartyId("FR", "XXX")
    foreign = replace(terms, payee=replace(terms.payee, party=other))
    assert "with FR XXX" in await proposed(here, SignedTerms(foreign).signed_by(CPO_KEY, other))
    strangers = replace(terms, payer=replace(terms.payer, party=other))
    assert "not NL MSP" in await proposed(here, SignedTerms(strangers).signed_by(CPO_KEY, CPO))


class Listed:
    """The registry, as far as keys go."""

    def __init__(self, key: str) -> None:
        self._key = key

    async def keys(self, party: PartyId) -> ListedKeys | None:
        return ListedKeys(self._key, "0x" + "11" * 20) if party == CPO else None


async def test_key_of_the_proposer_must_be_the_one_the_registry_lists(here: World) -> None:
    object.__setattr__(here.payer.house, "keys", Listed(HOT.address))
    with pytest.raises(RequestFailed, match="the registry lists another key for DE CPO"):
        await here.agree()
    object.__setattr__(here.payer.house, "keys", Listed(CPO_KEY.address))
    await here.agree()


async def test_own_key_must_be_the_one_that_the_terms_name(here: World) -> None:
    with pytest.raises(TermsInvalid, match="name another key for DE CPO"):
        await here.payee.propose(make_terms(payee=Side(CPO, HOT.address, CPO_KEY.address, CPO_KEY.address)))


async def test_terms_the_other_way_round_must_name_the_same_signers(here: World) -> None:
    await here.agree()
    terms = make_terms()
    back = replace(terms, payer=terms.payee, payee=replace(terms.payer, signer=HOT.address))
    here.chain.signers_of.add((EMSP_KEY.address, HOT.address))
    object.__setattr__(here.payer.house, "bounds", replace(bounds(EMSP_KEY), signer=HOT.address))
    object.__setattr__(here.payer.house, "voucher_key", HOT)
    with pytest.raises(RequestFailed, match="other keys for the same vaults"):
        await here.payee.propose(back)


def test_bounds_say_whether_set_off_is_taken() -> None:
    for taken in (True, False):
        reasons = replace(bounds(EMSP_KEY), set_off=taken).against(make_terms(), EMSP)
        assert (reasons == ()) is taken
    assert replace(bounds(EMSP_KEY), set_off=False).against(make_terms(set_off=False), EMSP) == ()


def test_bounds_agree_to_nothing_that_costs_by_default() -> None:
    nothing = TermsBounds(vault=EMSP_KEY.address, signer=EMSP_KEY.address)
    reasons = nothing.against(make_terms(), EMSP)
    assert any("reserve" in reason for reason in reasons)
    assert any("not settled in token" in reason for reason in reasons)
    assert any("ROUNDING_TOTAL" in reason for reason in reasons)


STRANGER, STRANGERS_KEY = PartyId("FR", "XXX"), PrivateKey(b"\x07" * 32)


@pytest.mark.parametrize("signs", ["nothing", "own key", "other terms"])
async def test_stranger_that_names_the_vault_of_another_is_refused_and_keeps_nobody_out(
    here: World, signs: str
) -> None:
    """It would share the lanes of the vault, read the other's sessions there, and be the first to have it."""
    side = replace(make_terms().payee, party=STRANGER, key=STRANGERS_KEY.address)
    mine = replace(side, signer=STRANGERS_KEY.address)
    terms = make_terms(payee=mine if signs == "own key" else side)
    if signs == "own key":
        signed = SignedTerms(terms).signed_by(STRANGERS_KEY, STRANGER)
        says = "may not sign for the vault"
    else:
        theirs = SignedTerms(make_terms()).signed_by(CPO_KEY, CPO)
        proof = theirs.payee_vault_signature if signs == "other terms" else b""
        key = replace(side, signer=STRANGERS_KEY.address)
        own = SignedTerms(make_terms(payee=key)).signed_by(STRANGERS_KEY, STRANGER)
        signed = replace(own, terms=terms, payee_vault_signature=proof)
        digest = terms_digest(terms.lane, signed.hash)
        signed = replace(signed, payee_signature=compact(STRANGERS_KEY.sign_digest(digest)))
        says = "vault"
    with pytest.raises((TermsInvalid, TermsRefused), match=says):
        await here.payer.module._agreeing.consider(signed, STRANGER)
    assert await here.payer.pairs.newest(EMSP, STRANGER) is None
    await here.agree()
    assert await here.payer.pairs.newest(EMSP, CPO) is not None


async def test_vault_of_two_parties_is_refused_though_its_key_signs_for_both(here: World) -> None:
    await here.agree()
    side = replace(make_terms().payee, party=STRANGER, key=STRANGERS_KEY.address)
    signed = SignedTerms(make_terms(payee=side)).signed_by(STRANGERS_KEY, STRANGER, voucher_key=CPO_KEY)
    here.restart_payer()
    with pytest.raises(TermsInvalid, match=r"vault .* is that of DE CPO"):
        await here.payer.module._agreeing.consider(signed, STRANGER)
    assert await here.payer.pairs.newest(EMSP, STRANGER) is None


async def test_answer_without_proof_of_the_vault_is_not_agreed(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unproven(proposal: SignedTerms, _: PartyId) -> SignedTerms:
        return replace(proposal.signed_by(EMSP_KEY, EMSP), payer_vault_signature=b"")

    monkeypatch.setattr(here.payer.module._agreeing, "consider", unproven)
    with pytest.raises(TermsInvalid, match=r"not signed for the vault .* of NL MSP"):
        await here.agree()
    assert await here.payee_store.terms(EMSP, CPO) == []


async def test_earlier_terms_shown_again_do_not_come_back_into_force(here: World) -> None:
    """A counterparty that names a lane nobody knows is asked for its terms; it may answer with old ones."""
    await here.agree(unsecured=5 * EUR, tolerance=100)
    await here.agree(number=2, unsecured=0, tolerance=0)
    old = (await here.payee_store.terms(EMSP, CPO))[-1]
    assert old.terms.number == 1
    for side in (here.payer, here.payee):
        pair = await side.pairs.agreed(old)
        assert (pair.terms.number, pair.terms.unsecured, pair.terms.tolerance) == (2, 0, 0)
