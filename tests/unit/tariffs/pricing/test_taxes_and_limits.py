"""Taxes of three versions, and limits that bound net and gross by themselves."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from ocn.tariffs import Amount, Policy, Priced
from ocn.tariffs.policy import MissingVat
from ocn.tariffs.result import TaxTotal

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making


def amount(excl: str | None, incl: str | None) -> Amount:
    return Amount(None if excl is None else Fraction(excl), None if incl is None else Fraction(incl))


@pytest.mark.parametrize(
    ("included", "vat", "expected"),
    [
        (None, "20", ("1", "1.2")),  # 2.2.1
        (None, "0", ("1", "1")),
        (None, None, ("1", None)),  # missing is not 0 %
        ("NO", "20", ("1", "1.2")),
        ("NO", None, ("1", None)),  # SP-10
        ("YES", "25", ("0.8", "1")),  # SP-40: the tax is not added again
        ("YES", None, (None, "1")),  # SP-11
        ("N/A", None, ("1", "1")),
        ("N/A", "20", ("1", "1")),
    ],
)
def test_tax_of_a_price(
    make: "Making", included: str | None, vat: str | None, expected: tuple[Any, Any]
) -> None:
    members: dict[str, Any] = {} if included is None else {"tax_included": included}
    priced = make.price(make.one(energy="1"), make.simple("ENERGY", "1.00", vat=vat, **members))
    assert priced.total == amount(*expected)
    ignored = included == "N/A" and vat is not None
    assert make.codes(priced) == ({"TAX_RATE_IGNORED"} if ignored else set())


def test_gross_of_2_1_1_is_unknown_even_of_nothing(make: "Making") -> None:
    tariff = make.simple("ENERGY", "1.00", vat="20")
    free = make.simple("FLAT", "0.00")
    for energy, made, excl in (("1", tariff, "1"), ("1", free, "0"), ("0", tariff, "0")):
        assert make.price(make.one(energy=energy), made, version="2.1.1").total == amount(excl, None)


def test_price_of_nothing_has_a_tax_of_nothing(make: "Making") -> None:
    assert make.price(make.one(energy="1"), make.simple("FLAT", "0.00", vat=None)).total == amount("0", "0")


@pytest.mark.parametrize(
    ("missing", "gross"),
    [(MissingVat.BY_TARIFF, "2.2"), (MissingVat.NOT_DUE, "2.2"), (MissingVat.UNKNOWN, None)],
)
def test_component_without_rate_beside_one_with_a_rate(
    make: "Making", missing: MissingVat, gross: str | None
) -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), make.component("FLAT", "1.00", vat=None))
    )
    priced = make.price(make.one(energy="1"), tariff, policy=Policy(missing_vat=missing))
    assert priced.total == amount("2", gross)


def test_no_rate_in_a_tariff_owes_nothing_only_by_policy(make: "Making") -> None:
    tariff = make.simple("ENERGY", "1.00", vat=None)
    priced = make.price(make.one(energy="1"), tariff, policy=Policy(missing_vat=MissingVat.NOT_DUE))
    assert priced.total == amount("1", "1")


def test_taxes_are_told_by_rate(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("FLAT", "0.50", vat="20"), make.component("ENERGY", "0.25", vat="10"))
    )
    taxes = make.price(make.one(energy="20"), tariff).taxes
    assert taxes == (
        TaxTotal(Decimal(10), Fraction(5), Fraction(1, 2)),
        TaxTotal(Decimal(20), Fraction(1, 2), Fraction(1, 10)),
    )


def test_tax_included_that_is_missing_is_noticed(make: "Making") -> None:
    priced = make.price(make.one(energy="1"), make.simple("ENERGY", "1"), version="2.3.0")
    assert make.codes(priced) == {"TAX_INCLUDED_MISSING"}
    assert priced.total == amount("1", "1.2")


def limited(make: "Making", energy: str, **limits: Any) -> Priced:
    made: dict[str, Any] = {
        name: {member: Decimal(value) for member, value in limit.items()} for name, limit in limits.items()
    }
    return make.price(make.one(energy=energy), make.simple("ENERGY", "1.00", vat="20", **made))


def test_limits_bound_net_and_gross_by_themselves(make: "Making") -> None:  # ED-15
    both = {"excl_vat": "10", "incl_vat": "11"}
    assert limited(make, "8", max_price=both).total == amount("8", "9.6")
    assert limited(make, "9.5", max_price=both).total == amount("9.5", "11")
    assert limited(make, "20", max_price=both).total == amount("10", "11")
    assert limited(make, "0.5", min_price=both).total == amount("10", "11")
    assert limited(make, "9.5", min_price=both).total == amount("10", "11.4")


def test_limit_of_one_side_leaves_the_other_if_it_can(make: "Making") -> None:
    assert limited(make, "10", max_price={"excl_vat": "9"}).total == amount("9", "12")
    assert limited(make, "10", min_price={"excl_vat": "11"}).total == amount("11", "12")


def test_limit_that_would_put_gross_below_net_moves_both(make: "Making") -> None:  # ED-14
    priced = limited(make, "10", min_price={"excl_vat": "20"})
    assert priced.total == amount("20", "24")
    assert make.codes(priced) == {"LIMIT_LIFTED"}
    priced = limited(make, "10", max_price={"incl_vat": "6", "excl_vat": "100"})
    assert priced.total == amount("5", "6")
    assert limited(make, "0", min_price={"excl_vat": "2"}).total == amount("2", "2")


def test_limits_of_2_3_0_are_read_by_their_names(make: "Making") -> None:
    limit = {"before_taxes": 1, "after_taxes": Decimal("1.1")}
    members: dict[str, Any] = {"max_price": limit, "tax_included": "NO"}
    priced = make.price(make.one(energy="10"), make.simple("ENERGY", "1.00", **members))
    assert priced.total == amount("1", "1.1")


def test_limit_of_an_unknown_side_does_nothing(make: "Making") -> None:
    tariff = make.simple("ENERGY", "1.00", vat=None, max_price={"excl_vat": 5, "incl_vat": 6})
    assert make.price(make.one(energy="10"), tariff).total == amount("5", None)


def test_limits_can_be_ignored_by_policy(make: "Making") -> None:
    tariff = make.simple("ENERGY", "1.00", min_price={"excl_vat": 5}, max_price={"excl_vat": 7})
    assert make.costs(make.one(energy="1"), tariff, policy=Policy(min_price=False)) == "1.0000"
    assert make.costs(make.one(energy="9"), tariff, policy=Policy(max_price=False)) == "9.0000"


def test_parts_and_lines_are_not_touched_by_limits(make: "Making") -> None:
    tariff = make.simple("ENERGY", "1.00", max_price={"excl_vat": 5})
    priced = make.price(make.one(energy="9"), tariff)
    assert (priced.subtotal.excl, priced.total.excl) == (Fraction(9), Fraction(5))
    assert sum(part.excl or 0 for part in priced.parts.values()) == 9


def test_session_so_far_is_priced_like_a_cdr(make: "Making") -> None:
    start = make.monday
    session: Json = {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "S1",
        "start_date_time": "2024-03-11T12:00:00Z",
        "kwh": Decimal("1.5"),
        "cdr_token": {},
        "auth_method": "WHITELIST",
        "location_id": "L1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "charging_periods": [
            make.period(start, energy="1", time="0.5"),
            make.period(start + timedelta(minutes=30), energy="0.5", time="0.2"),
        ],
        "status": "ACTIVE",
        "last_updated": "2024-03-11T12:45:00Z",
    }
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), make.component("TIME", "10.00", step=0))
    )
    priced = make.price(session, tariff)
    assert (priced.record.session.kind, priced.record.session.over) == ("session", False)
    assert priced.total == amount("8.5", "10.2")
    del session["charging_periods"]
    assert not make.price(session, tariff).priceable
    assert make.price({**session, "kwh": 0}, tariff).total == amount("0", "0")
