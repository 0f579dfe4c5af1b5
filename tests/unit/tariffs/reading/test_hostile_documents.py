"""Whatever stands in a document: a price, or a clear error that says where; never another exception."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.tariffs import CdrUnreadable, TariffError, TariffUnreadable, price
from ocn.tariffs.reading.record import tariff_alone

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making

GONE = object()
DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]

VALUES = [
    None, True, False, 0, -1, 1, 10**400, -(10**13), 0.5, float("nan"), "", "1", "0.1", "x" * 10_000,
    "\ud800", "\0",
    Decimal("1e999999"), Decimal("-1e999999"), Decimal("1e-999999"), Decimal("0e-999999"), Decimal("NaN"),
    Decimal("sNaN"), Decimal("Infinity"), Decimal("0." + "3" * 200), Decimal("0.1"), [], {}, [[]], [None],
    [{}],
    {"type": "ENERGY"}, [{"type": "ENERGY", "volume": Decimal("1e999999")}], "2024-02-30", "25:00", "00:00",
    "2024-03-11T12:00:00+02:00", "2024-03-11T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z", DEEP, (1, 2), object(), b"1", {"a": object()}, {1: 2},
]  # fmt: skip


def documents(make: "Making") -> "tuple[Json, Json]":
    tariff = make.tariff(
        make.element(
            make.component("FLAT", "1"),
            make.component("ENERGY", "0.25"),
            start_time="08:00",
            end_time="20:00",
            start_date="2024-01-01",
            end_date="2025-01-01",
            day_of_week=["MONDAY"],
            min_kwh="0",
            max_kwh="50",
            min_power="0",
            max_power="50",
            min_current="0",
            max_current="50",
            min_duration=0,
            max_duration=86400,
        ),
        make.element(make.component("TIME", "2"), reservation="RESERVATION"),
        make.element(make.component("TIME", "2"), make.component("PARKING_TIME", "3")),
        min_price={"excl_vat": 1, "incl_vat": 2},
        max_price={"before_taxes": 1, "after_taxes": 2},
        tax_included="NO",
        type="REGULAR",
        start_date_time="2024-01-01T00:00:00Z",
        end_date_time="2025-01-01T00:00:00Z",
    )
    later = make.monday + timedelta(hours=1)
    cdr = make.cdr(
        make.period(make.monday, "T1", energy="1", time="1", max_power="11", min_current="3"),
        make.period(later, "T1", parking_time="1"),
        end=later + timedelta(hours=1),
        tariffs=[tariff],
        total_cost={"before_taxes": 1, "taxes": [{"name": "VAT", "amount": 1, "percentage": 20}]},
        total_energy_cost={"excl_vat": 1, "incl_vat": 2},
        total_parking_time=1,
        credit=False,
        credit_reference_id="C0",
    )
    return cdr, tariff


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from places(inner, (*path, name))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Copy what lies on the way and change the end; with a value of ``GONE`` it is taken out."""
    if not path:
        return value
    result = copy.copy(document)
    if len(path) == 1 and value is GONE:
        del result[path[0]]
    else:
        result[path[0]] = changed(result[path[0]], path[1:], value)
    return result


def priced_or_refused(cdr: Any, tariffs: Any, **more: Any) -> None:
    refused: TariffError | None = None
    try:
        priced = price(cdr, tariffs, **more)
    except TariffError as error:
        refused = error
    else:
        assert priced.total.excl is None or isinstance(priced.total.excl, Fraction)
    if refused is not None:
        assert len(refused.message) < 400
        assert refused.message.isprintable()
        assert refused.pointer == "" or refused.pointer.startswith("/")


def test_any_value_anywhere_is_priced_or_refused_with_its_place(make: "Making") -> None:
    cdr, tariff = documents(make)
    for path in places(cdr):
        for value in VALUES:
            priced_or_refused(changed(cdr, path, value), [], time_zone="Europe/Berlin")
    for path in places(tariff):
        for value in VALUES[::3]:
            priced_or_refused(cdr, [changed(tariff, path, value)], time_zone="Europe/Berlin")


def test_any_member_may_be_missing(make: "Making") -> None:
    cdr, tariff = documents(make)
    for path in places(cdr):
        if path and isinstance(path[-1], str):
            priced_or_refused(changed(cdr, path, GONE), [])
    for path in places(tariff):
        if path and isinstance(path[-1], str):
            priced_or_refused(cdr, [changed(tariff, path, GONE)])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_several_wrong_values_at_once_are_priced_or_refused(make: "Making", data: st.DataObject) -> None:
    cdr, _ = documents(make)
    for path in data.draw(st.lists(st.sampled_from([path for path in places(cdr) if path]), max_size=4)):
        try:
            cdr = changed(cdr, path, data.draw(st.sampled_from(VALUES)))
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took the place away
    priced_or_refused(cdr, [])


@pytest.mark.parametrize(
    ("path", "value", "pointer", "says"),
    [
        (("currency",), None, "/currency", "nothing where a text belongs"),
        (("end_date_time",), "yesterday", "/end_date_time", "DateTime in UTC"),
        (("end_date_time",), "2024-03-11T12:00:00+02:00", "/end_date_time", "DateTime in UTC"),
        (("charging_periods", 1, "dimensions", 0, "volume"), Decimal("1e999999"),
         "/charging_periods/1/dimensions/0/volume", "out of bounds"),
        (("charging_periods", 0, "dimensions", 0, "volume"), Decimal(-1),
         "/charging_periods/0/dimensions/0/volume", "negative"),
        (("charging_periods", 0, "dimensions", 0, "volume"), 0.5,
         "/charging_periods/0/dimensions/0/volume", "where a number belongs"),
        (("charging_periods", 0, "dimensions"), {}, "/charging_periods/0/dimensions", "where a list belongs"),
        (("tariffs", 0, "elements", 1, "price_components", 0, "price"), "free",
         "/tariffs/0/elements/1/price_components/0/price", "where a number belongs"),
        (("tariffs", 0, "elements", 0, "restrictions", "start_time"), "9:00",
         "/tariffs/0/elements/0/restrictions/start_time", "time of day"),
        (("tariffs", 0, "elements", 0, "restrictions", "end_date"), "2024-02-30",
         "/tariffs/0/elements/0/restrictions/end_date", "where a date belongs"),
        (("tariffs", 0, "elements", 0, "restrictions", "day_of_week", 0), "Monday",
         "/tariffs/0/elements/0/restrictions/day_of_week/0", "day of the week"),
        (("tariffs", 0, "elements", 1, "restrictions", "reservation"), "MAYBE",
         "/tariffs/0/elements/1/restrictions/reservation", "kind of reservation"),
        (("tariffs", 0, "elements", 0, "price_components", 1, "step_size"), Decimal("1.5"),
         "/tariffs/0/elements/0/price_components/1/step_size", "whole number"),
        (("tariffs", 0, "tax_included"), "MAYBE", "/tariffs/0/tax_included", "YES, NO or N/A"),
        (("total_cost", "taxes", 0, "amount"), None, "/total_cost/taxes/0/amount", "nothing where a number"),
    ],
)  # fmt: skip
def test_error_says_what_and_where(
    make: "Making", path: tuple[Any, ...], value: Any, pointer: str, says: str
) -> None:
    with pytest.raises(CdrUnreadable, match=says) as refused:
        price(changed(documents(make)[0], path, value), [])
    assert refused.value.pointer == pointer
    assert pointer in refused.value.message


def test_error_in_a_tariff_that_was_given_points_into_the_list(make: "Making") -> None:
    cdr, tariff = documents(make)
    with pytest.raises(TariffUnreadable) as refused:
        price(cdr, [tariff, changed(tariff, ("elements", 0, "price_components"), None)])
    assert refused.value.pointer == "/1/elements/0/price_components"
    with pytest.raises(TariffUnreadable, match="list of tariffs"):
        price(cdr, tariff)  # type: ignore[arg-type]  # the mistake that it is about
    with pytest.raises(TariffUnreadable) as refused:
        tariff_alone([])
    assert refused.value.pointer == ""


def test_too_much_of_anything_is_refused(make: "Making") -> None:
    cdr, tariff = documents(make)
    period = cdr["charging_periods"][0]
    element = tariff["elements"][0]
    for path, value in (
        (("charging_periods",), [period] * 100_000),
        (("charging_periods", 0, "dimensions"), [period["dimensions"][0]] * 1000),
        (("tariffs",), [tariff] * 1000),
        (("tariffs", 0, "elements"), [element] * 1000),
        (("tariffs", 0, "elements", 0, "price_components"), element["price_components"] * 1000),
        (("total_cost", "taxes"), [{"name": "VAT", "amount": 1}] * 1000),
    ):
        with pytest.raises(CdrUnreadable, match="more than the"):
            price(changed(cdr, path, value), [])
    wide = {**element, "price_components": element["price_components"] * 20}
    tariffs = [{**tariff, "id": str(number), "elements": [wide] * 400} for number in range(9)]
    with pytest.raises(CdrUnreadable, match="more than 20,000 price components"):
        price(changed(cdr, ("tariffs",), tariffs), [])
    many = changed(
        changed(cdr, ("charging_periods",), [period] * 10_000), ("tariffs", 0, "elements"), [element] * 200
    )
    with pytest.raises(CdrUnreadable, match="too many periods and tariff elements"):
        price(many, [])


def test_version_that_is_not_priced_is_refused(make: "Making") -> None:
    with pytest.raises(CdrUnreadable, match=r"2\.1\.1, 2\.2\.1 .* and 2\.3\.0|cannot be priced"):
        price(documents(make)[0], [], version="1.0")


def test_dimension_or_component_that_no_version_has_leaves_no_price(make: "Making") -> None:  # AN-17, AN-18
    strange = make.price(make.one(energy="1", session_time="1"), make.simple("ENERGY", "1"))
    assert not strange.priceable
    assert strange.total.excl is None
    assert make.codes(strange) == {"UNKNOWN_DIMENSION"}
    priced = make.price(make.one(energy="1"), make.tariff(make.element(make.component("SESSION_TIME", "1"))))
    assert not priced.priceable
    unused = make.tariff(make.element(make.component("SESSION_TIME", "1")), id="T2")
    cdr = make.cdr(make.period(make.monday, "T1", energy="1"), end=make.monday + timedelta(hours=1))
    assert make.price(cdr, make.simple("ENERGY", "1"), unused).priceable


def test_known_dimensions_without_a_price_are_no_matter(make: "Making") -> None:
    cdr = make.one(energy="1", flat="1", energy_import="7", state_of_charge="50", current="3")
    priced = make.price(cdr, make.simple("ENERGY", "1"))
    assert priced.total.excl == 1
    assert not make.codes(priced)


def test_numbers_as_texts_are_read_and_noticed(make: "Making") -> None:
    tariff = changed(make.simple("ENERGY", "1"), ("elements", 0, "price_components", 0, "price"), "2.00")
    priced = make.price(make.one(energy="1"), tariff)
    assert priced.total.excl == 2
    assert make.codes(priced) == {"NUMBER_AS_TEXT"}


def test_volumes_that_a_credit_cdr_negates_are_read_without_sign(make: "Making") -> None:
    credit = {**make.one(energy="-3"), "credit": True, "credit_reference_id": "C0"}
    priced = make.price(credit, make.simple("ENERGY", "1"))
    assert priced.total.excl == 3
    assert make.codes(priced) == {"VOLUME_NEGATED"}
