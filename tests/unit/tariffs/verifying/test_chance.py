"""How much an explanation is worth: where luck gives one as well, it is told or is none."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.tariffs.cases import ZONE, cdr, charging, component, element, price, tariff
from tests.unit.tariffs.sessions import produced, sessions, tariffs

from ocn.tariffs import Part, Policy, Verdict, verify
from ocn.tariffs.model import Claim
from ocn.tariffs.result import Amount
from ocn.tariffs.verifying.chance import EXPLANATION_MAY_BE_CHANCE, Odds, odds

HOURS = tariff(element(component("ENERGY", "0.35", "21", step_size=0)))
MODEL_CASE = cdr(charging("4.5815"), charging("0.6672"), claim=("1.83", "2.21"))
"""Every hour was rounded: a cent off, in whole cents."""


def test_verify_a_cent_that_one_rounding_of_many_gives_is_explained_and_warned_of() -> None:
    result = verify(MODEL_CASE, [HOURS], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.EXPLAINED, (EXPLANATION_MAY_BE_CHANCE,))
    [finding] = [one for one in result.findings if one.code == EXPLANATION_MAY_BE_CHANCE]
    assert finding.pointer == "/total_cost"
    assert "2 amounts that are as near" in finding.message


def test_verify_a_cent_with_parts_that_bear_it_out_is_explained_without_a_warning() -> None:
    document = {**MODEL_CASE, "total_energy_cost": price("1.83", "2.21")}
    result = verify(document, [HOURS], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.EXPLAINED, ())


def test_verify_a_claim_that_is_far_off_is_explained_without_a_warning() -> None:
    by = tariff(element(component("FLAT", "1.50"), component("ENERGY", "0.25")))
    document = cdr(charging("10"), charging("10"), claim=("8.00", "9.60"))
    result = verify(document, [by], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.EXPLAINED, ())


@given(sessions(), tariffs(), st.sampled_from([-2, -1, 1, 2]))
def test_verify_a_cent_or_two_off_in_whole_cents_is_no_two_causes_and_never_without_a_warning(
    session: dict[str, Any], by: dict[str, Any], cents: int
) -> None:
    document = produced(session, by, Policy(), digits=2)
    off = {side: amount + Decimal(cents) / 100 for side, amount in document["total_cost"].items()}
    bare = {name: document[name] for name in document if name not in set(Part)}
    result = verify({**bare, "total_cost": off}, [by], time_zone=ZONE)
    if result.verdict is Verdict.EXPLAINED:
        assert EXPLANATION_MAY_BE_CHANCE in result.warnings
        assert {len(one.codes) for one in result.explanations} == {1}


def test_odds_count_the_amounts_as_near_as_the_claim_and_those_that_readings_give() -> None:
    right = Amount(Fraction(5), None)
    readings = [Amount(Fraction(text), None) for text in ("5", "5.01", "5.0149", "4.97", "5.04", "7")]
    found = odds(right, Claim("/total_cost", Decimal("5.03"), None), 2, readings)
    assert found == Odds(readings=6, reached=2, amounts=6)
    assert found.may_be_chance
    assert not Odds(6, 1, 6).may_be_chance
    assert found.times(2) == Odds(readings=12, reached=4, amounts=6)
    assert Odds(3, 0, 40).times(5) == Odds(15, 5, 40)


def test_odds_of_a_side_that_nobody_can_compare_are_none_worth_a_warning() -> None:
    found = odds(Amount(None, Fraction(6)), Claim("/total_cost", Decimal(5), None), 2, [])
    assert found.amounts == 0
