"""What is strange about a tariff, one finding at a time, and which prices can never apply."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.tariffs.cases import component, element, price, tariff

from ocn.tariffs import TariffUnreadable, lint
from ocn.tariffs.linting.reach import is_always, is_impossible, unreachable
from ocn.tariffs.model import Restrictions
from ocn.tariffs.pricing.windows import in_times
from ocn.tariffs.reading.record import tariff_alone

ENERGY = component("ENERGY", "0.25")
FALLBACK = element(component("ENERGY", "0.30"))


def _codes(by: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(finding.code), finding.pointer) for finding in lint(by)]


@pytest.mark.parametrize(
    ("by", "code", "pointer"),
    [
        (tariff(), "NO_ELEMENTS", "/elements"),
        (tariff(element(component("FLAT", "1"))), "NOTHING_BY_USE", "/elements"),
        (tariff(element(ENERGY, ENERGY)), "DUPLICATE_COMPONENT", "/elements/0/price_components/1"),
        (
            tariff(element(component("FLAT", "1", step_size=60), ENERGY)),
            "STEP_SIZE_ON_FLAT",
            "/elements/0/price_components/0/step_size",
        ),
        (
            tariff(element(component("ENERGY", "-1"))),
            "NEGATIVE_PRICE",
            "/elements/0/price_components/0/price",
        ),
        (
            tariff(element(ENERGY, reservation="RESERVATION"), FALLBACK),
            "RESERVATION_DIMENSION",
            "/elements/0/price_components/0/type",
        ),
        (
            tariff(element(ENERGY), tax_included="N/A"),
            "RATE_WITHOUT_TAX",
            "/elements/0/price_components/0/vat",
        ),
        (
            tariff(element(ENERGY), min_price=price("9"), max_price=price("5")),
            "MIN_OVER_MAX",
            "/min_price",
        ),
        (tariff(element(ENERGY), max_price=price("9", "8")), "GROSS_UNDER_NET", "/max_price"),
        (
            tariff(
                element(ENERGY), start_date_time="2025-02-01T00:00:00Z", end_date_time="2025-01-01T00:00:00Z"
            ),
            "NEVER_VALID",
            "/end_date_time",
        ),
        (tariff(element(ENERGY, start_time="08:00", end_time="17:00")), "FREE_OUTSIDE", "/elements"),
        (
            tariff({**element(ENERGY), "restrictions": {}}),
            "EMPTY_RESTRICTIONS",
            "/elements/0/restrictions",
        ),
        (
            tariff(element(ENERGY, day_of_week=[])),
            "EMPTY_RESTRICTIONS",
            "/elements/0/restrictions/day_of_week",
        ),
        (
            tariff(element(ENERGY, start_time="08:00", end_time="08:00"), FALLBACK),
            "WHOLE_DAY_WINDOW",
            "/elements/0/restrictions/end_time",
        ),
        (
            tariff(element(ENERGY, start_time="00:00", end_time="00:00"), FALLBACK),
            "WHOLE_DAY_WINDOW",
            "/elements/0/restrictions/end_time",
        ),
        (
            tariff(element(ENERGY, start_time="22:00", end_time="06:00", day_of_week=["FRIDAY"]), FALLBACK),
            "WRAP_WITH_WEEKDAY",
            "/elements/0/restrictions/day_of_week",
        ),
        (
            tariff(element(ENERGY, min_kwh=Decimal(10), max_kwh=Decimal(10)), FALLBACK),
            "IMPOSSIBLE_BOUNDS",
            "/elements/0/restrictions",
        ),
        (
            tariff(element(ENERGY, start_date="2025-02-01", end_date="2025-02-01"), FALLBACK),
            "IMPOSSIBLE_BOUNDS",
            "/elements/0/restrictions",
        ),
        (
            tariff(element(ENERGY, weather="sunny"), FALLBACK),
            "UNKNOWN_RESTRICTION",
            "/elements/0/restrictions/weather",
        ),
        (tariff(element(ENERGY), FALLBACK), "UNREACHABLE_COMPONENT", "/elements/1/price_components/0"),
    ],
)
def test_lint_finds_what_an_author_can_hardly_have_meant(by: dict[str, Any], code: str, pointer: str) -> None:
    assert (code, pointer) in _codes(by)


def test_lint_of_a_misspelled_member_names_the_one_that_is_meant() -> None:
    by = tariff({**element(ENERGY), "restriction": {"max_kwh": 5}})
    found = [finding for finding in lint(by) if finding.code == "UNKNOWN_MEMBER"]
    assert [finding.pointer for finding in found] == ["/elements/0/restriction"]
    assert "restrictions" in found[0].message


def test_lint_of_power_in_2_1_1_notes_that_no_cdr_has_it() -> None:
    by = {"id": "1", "currency": "EUR", "last_updated": "2025-01-01T00:00:00Z"}
    by["elements"] = [element(component("ENERGY", "0.25", None), max_power=Decimal(16))]  # type: ignore[assignment]  # JSON
    assert "POWER_NOT_IN_CDR" in [code for code, _ in _codes(by)]


def test_lint_of_a_sound_tariff_finds_nothing() -> None:
    windows = [("00:00", "17:00"), ("17:00", "20:00"), ("20:00", "00:00")]
    by = tariff(*(element(ENERGY, start_time=start, end_time=end) for start, end in windows))
    assert lint(by) == []


def test_lint_of_what_is_no_tariff_is_refused() -> None:
    with pytest.raises(TariffUnreadable):
        lint({"id": "1", "currency": "EUR", "elements": "none"})


def test_unreachable_is_a_price_whose_moments_several_earlier_ones_share() -> None:
    by = tariff(
        element(ENERGY, start_time="06:00", end_time="20:00"),
        element(ENERGY, start_time="20:00", end_time="06:00"),
        element(ENERGY, max_kwh=Decimal(5)),
    )
    read, _ = tariff_alone(by)
    assert [found[0].index for found in unreachable(read)] == [2]


def test_unreachable_is_no_price_of_a_reservation_behind_one_for_charging() -> None:
    time = component("TIME", "1")
    read, _ = tariff_alone(tariff(element(time), element(time, reservation="RESERVATION")))
    assert list(unreachable(read)) == []


_KWH = st.none() | st.integers(0, 6).map(Decimal)
_RESTRICTIONS = st.builds(
    Restrictions,
    start_s=st.none() | st.integers(0, 4),
    end_s=st.none() | st.integers(0, 4),
    days=st.none() | st.frozensets(st.integers(0, 2), min_size=1),
    min_kwh=_KWH,
    max_kwh=_KWH,
)


@given(st.lists(_RESTRICTIONS, min_size=1, max_size=4))
def test_reach_agrees_with_trying_every_moment(given_restrictions: list[Restrictions]) -> None:
    moments = [(second, day, Decimal(kwh)) for second in range(6) for day in range(7) for kwh in range(8)]
    everywhere = all(any(_holds(one, *moment) for one in given_restrictions) for moment in moments)
    assert is_always(given_restrictions) == everywhere
    first = given_restrictions[0]
    assert is_impossible(first) == (not any(_holds(first, *moment) for moment in moments))


def _holds(one: Restrictions, second: int, day: int, kwh: Decimal) -> bool:
    return (
        in_times(second, one.start_s, one.end_s)
        and (one.days is None or day in one.days)
        and (one.min_kwh is None or one.min_kwh <= kwh)
        and (one.max_kwh is None or kwh < one.max_kwh)
    )
