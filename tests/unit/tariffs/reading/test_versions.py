"""Documents of three versions to one record: found by their members, or read as the caller says."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ocn.tariffs import record
from ocn.tariffs.model import TaxMode
from ocn.tariffs.reading.record import tariff_alone

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making


def cdr_2_1_1(make: "Making", **members: Any) -> "Json":
    """As the text has it: number texts, a whole location, dates that may lack their Z."""
    return {
        "id": "C1",
        "start_date_time": "2024-03-11T12:00:00",
        "stop_date_time": "2024-03-11T13:00:00Z",
        "auth_id": "DE8ACC12E46L89",
        "auth_method": "WHITELIST",
        "location": {"id": "L1", "country": "BEL", "time_zone": "Europe/Brussels"},
        "currency": "EUR",
        "tariffs": [
            {
                "id": "12",
                "currency": "EUR",
                "elements": [{"price_components": [{"type": "TIME", "price": "2.00", "step_size": 300}]}],
            }
        ],
        "charging_periods": [
            {
                "start_date_time": "2024-03-11T12:00:00",
                "dimensions": [{"type": "TIME", "volume": Decimal("1.0")}],
            }
        ],
        "total_cost": Decimal("2.00"),
        "total_energy": 15,
        "total_time": 1,
        "last_updated": "2024-03-11T14:00:00Z",
        **members,
    }


def test_cdr_of_2_1_1_is_read_and_its_gross_amount_is_unknown(make: "Making") -> None:
    priced = make.price(cdr_2_1_1(make), zone=None)
    session = priced.record.session
    assert session.version == "2.1.1"
    assert priced.record.tariffs[0].tax is TaxMode.UNKNOWN
    assert (priced.total.excl, priced.total.incl) == (session.claimed.costs["total_cost"].excl, None)
    assert priced.record.zone is not None
    assert priced.record.zone.name == "Europe/Brussels"
    assert make.codes(priced) == {"NUMBER_AS_TEXT"}


@pytest.mark.parametrize(
    ("cost", "version"),
    [
        (Decimal(1), "2.1.1"),
        ({"excl_vat": 1}, "2.2.1"),
        ({"excl_vat": 1, "incl_vat": 2}, "2.2.1"),
        ({"before_taxes": 1}, "2.3.0"),
    ],
)
def test_version_is_found_by_the_form_of_the_cost(make: "Making", cost: Any, version: str) -> None:
    document = cdr_2_1_1(make, total_cost=cost)
    assert record(document, []).session.version == version


def test_version_of_a_session_without_cost_is_found_by_its_tariffs(make: "Making") -> None:
    session = make.one(energy="1")
    del session["total_cost"]
    assert record(session, [make.simple("ENERGY", "1")]).session.version == "2.2.1"
    assert record(session, [make.simple("ENERGY", "1", tax_included="YES")]).session.version == "2.3.0"


@pytest.mark.parametrize(
    ("said", "read"), [("2.2", "2.2.1"), ("2.2.1", "2.2.1"), ("2.3.0", "2.3.0"), ("2.1.1", "2.1.1")]
)
def test_version_that_is_said_is_taken(make: "Making", said: str, read: str) -> None:
    assert record(make.one(energy="1"), [], version=said).session.version == read


def test_version_of_a_lone_tariff_is_found_by_its_members(make: "Making") -> None:
    tariff = make.simple("ENERGY", "1", vat=None)
    assert tariff_alone(tariff)[0].tax is TaxMode.ADDED
    assert tariff_alone({**tariff, "tax_included": "N/A"})[0].tax is TaxMode.NONE
    bare = {name: tariff[name] for name in ("id", "currency", "elements")}
    assert tariff_alone(bare)[0].tax is TaxMode.UNKNOWN
    assert tariff_alone(bare, "2.2.1")[0].tax is TaxMode.ADDED


def test_claims_of_2_3_0_are_read_tax_by_tax(make: "Making") -> None:
    cost = {
        "before_taxes": 10,
        "taxes": [
            {"name": "GST", "amount": Decimal("0.5"), "percentage": 5},
            {"name": "PST", "amount": Decimal("0.7")},
        ],
    }
    claimed = record(
        make.one(energy="1") | {"total_cost": cost, "total_energy_cost": {"before_taxes": 1}}, []
    )
    total, energy = (claimed.session.claimed.costs[name] for name in ("total_cost", "total_energy_cost"))
    assert (total.excl, total.incl) == (Decimal(10), Decimal("11.2"))
    assert [(tax.name, tax.percentage) for tax in total.taxes] == [("GST", 5), ("PST", None)]
    assert (energy.excl, energy.incl) == (Decimal(1), None)


def test_null_is_no_member_and_unknown_members_are_told(make: "Making") -> None:
    document = make.one(energy="1") | {"remark": None, "hub_extension": None, "calculated_by": "X"}
    findings = record(document, []).findings
    assert [(finding.code, finding.pointer) for finding in findings] == [("UNKNOWN_MEMBER", "/calculated_by")]


def test_periods_out_of_order_or_outside_are_told(make: "Making") -> None:
    document = make.one(energy="1")
    document["start_date_time"] = "2024-03-11T12:30:00Z"
    codes = {str(finding.code) for finding in record(document, []).findings}
    assert codes == {"PERIOD_OUTSIDE_SESSION"}
    document["charging_periods"] = []
    codes = {str(finding.code) for finding in record(document, []).findings}
    assert codes == {"PERIODS_MISSING"}
