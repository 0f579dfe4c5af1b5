"""Terms: one text for both sides, two signatures, and no member that somebody ignores."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.settlement.core.conftest import CPO, EMSP, NOON, PAYEE_KEY, PAYER_KEY

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import decode_json, encode_json
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Terms, Tick
from ocn.settlement.core.terms_text import read_terms, terms_object
from ocn.settlement.errors import TermsInvalid
from ocn.signing.keys import PrivateKey


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reserve=st.integers(0, 2**120 - 1),
    rate=st.decimals("0.0001", 10**6, places=6),
    causes=st.sets(st.sampled_from(["VAT_RATE", "ROUNDING_TOTAL", "ROUNDING_PER_PERIOD"])),
    set_off=st.booleans(),
    hours=st.integers(0, 720),
    floor=st.integers(0, 2**120 - 1),
)
def test_terms_are_read_back_from_their_text(
    terms: Terms, reserve: int, rate: Decimal, causes: set[str], set_off: bool, hours: int, floor: int
) -> None:
    changed = replace(
        terms,
        reserve=reserve,
        floor=floor,
        rate=rate,
        rate_source="ECB 2026-11-20",
        accepted_causes=tuple(sorted(causes)),
        set_off=set_off,
        valid_from=NOON,
        valid_until=NOON + timedelta(hours=hours),
        hold_back_h=hours,
        arbiter="0x" + "ab" * 20 if hours else "",
    )
    sent = decode_json(encode_json(terms_object(changed)))
    assert read_terms(sent) == changed
    assert SignedTerms(read_terms(sent)).hash == SignedTerms(changed).hash


def test_terms_signed_by_both_are_agreed(terms: Terms) -> None:
    agreed = SignedTerms(terms).signed_by(PAYER_KEY, EMSP).signed_by(PAYEE_KEY, CPO)
    agreed.require_signature_of(EMSP)
    agreed.require_signature_of(CPO)


def test_terms_that_were_exchanged_after_signing_are_refused(terms: Terms) -> None:
    agreed = SignedTerms(terms).signed_by(PAYER_KEY, EMSP)
    with pytest.raises(TermsInvalid, match="not signed by DE CPO"):
        agreed.require_signature_of(CPO)
    for other in (
        replace(terms, reserve=1),
        replace(terms, chain_id=1),
        replace(terms, token="0x" + "e1" * 20),
    ):
        with pytest.raises(TermsInvalid, match="signed by 0x"):
            replace(agreed, terms=other).require_signature_of(EMSP)


def test_terms_name_whose_key_may_sign(terms: Terms) -> None:
    with pytest.raises(TermsInvalid, match="another key"):
        SignedTerms(terms).signed_by(PrivateKey(b"\x03" * 32), EMSP)
    with pytest.raises(TermsInvalid, match="not FR XXX"):
        SignedTerms(terms).signed_by(PAYER_KEY, PartyId("FR", "XXX"))
    assert terms.signer_on(terms.lane) == terms.payer.signer
    assert terms.signer_on(terms.lane.opposite) == terms.payee.signer
    with pytest.raises(TermsInvalid):
        terms.signer_on(replace(terms.lane, chain_id=1))


def test_terms_are_in_force_within_their_time(terms: Terms) -> None:
    limited = replace(terms, valid_from=NOON, valid_until=NOON + timedelta(hours=1))
    assert limited.is_in_force(NOON)
    assert not limited.is_in_force(NOON - timedelta(seconds=1))
    assert not limited.is_in_force(NOON + timedelta(hours=1))
    assert terms.is_in_force(NOON)


@pytest.mark.parametrize(
    "change",
    [
        {"decimals": 37},
        {"tick": Tick(0, 10)},
        {"tick": Tick(10, 0)},
        {"tick": Tick(10, 3601)},
        {"grace_s": 0},
        {"reserve": -1},
        {"unsecured": 2**120},
        {"currency": "euro"},
        {"rate": Decimal(0)},
        {"rate": Decimal("1.1")},
        {"hold_back_h": 24},
        {"arbiter": "0x" + "ab" * 20},
        {"accepted_causes": ("B", "A")},
        {"accepted_causes": ("A", "A")},
        {"number": 0},
        {"chain_id": 0},
        {"token": "0x0"},
    ],
    ids=str,
)
def test_terms_out_of_bounds_are_refused(terms: Terms, change: dict[str, Any]) -> None:
    with pytest.raises(TermsInvalid):
        replace(terms, **change)


def test_terms_with_oneself_are_refused(terms: Terms) -> None:
    with pytest.raises(TermsInvalid, match="with itself"):
        replace(terms, payee=replace(terms.payee, party=EMSP))
    with pytest.raises(TermsInvalid, match="pay itself"):
        replace(terms, payee=replace(terms.payee, vault=terms.payer.vault))


def _changed(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        for step in steps:
            document = document[step]
        if value is None and last != "tick":
            document.pop(last)
        else:
            document[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _changed("reserve", None),
        _changed("reserve", 10),
        _changed("reserve", "1.5"),
        _changed("surprise", 1),
        _changed("payer.surprise", 1),
        _changed("payer", "DE CPO"),
        _changed("payer.party_id", "TOOLONG"),
        _changed("payer.vault", "0x" + "0" * 40),
        _changed("tick", None),
        _changed("tick.wh", True),
        _changed("tick.wh", Decimal("1.5")),
        _changed("set_off", 1),
        _changed("rate", "1.0"),
        _changed("rate", "1e3"),
        _changed("rate", "." * 50),
        _changed("rate", "1" * 90),
        _changed("rate", "٣"),
        _changed("accepted_causes", "ALL"),
        _changed("accepted_causes", [1]),
        _changed("accepted_causes", ["A" * 101]),
        _changed("accepted_causes", [f"C{n:03}" for n in range(65)]),
        _changed("valid_from", "yesterday"),
        _changed("valid_from", "2026-11-20T12:00:00Z"),
        _changed("format", 3),
        _changed("format", True),
        _changed("format", 2),
        _changed("floor", "5"),
        _changed("currency", "E\x00R"),
        _changed("chain_id", 10**30),
        _changed("chain_id", 10**5000),
        _changed("tick.wh", -(10**5000)),
    ],
)
def test_terms_of_a_message_that_are_not_in_order_are_refused(
    terms: Terms, change: Callable[[dict[str, Any]], None]
) -> None:
    document = terms_object(terms)
    change(document)
    with pytest.raises(TermsInvalid):
        read_terms(document)


@pytest.mark.parametrize("value", [None, [], "terms", 5])
def test_terms_that_are_no_object_are_refused(value: object) -> None:
    with pytest.raises(TermsInvalid):
        read_terms(value)


def test_terms_without_a_floor_are_those_of_format_1(terms: Terms) -> None:
    assert terms_object(terms)["format"] == 1
    with_floor = terms_object(replace(terms, floor=5))
    assert (with_floor["format"], with_floor["floor"]) == (2, "5")
    with pytest.raises(TermsInvalid, match="a floor of 0"):
        read_terms(with_floor | {"floor": "0"})
