"""A PATCH is converted member by member, or not at all."""

from decimal import Decimal

import pytest

from ocn.conversion import JsonObject, NeedsWholeObject, ObjectKind, convert_patch
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
NOW = "2024-12-05T17:39:09Z"
PERIODS = [{"start_date_time": NOW, "dimensions": [{"type": "ENERGY", "volume": Decimal("0.1200")}]}]


@pytest.mark.parametrize(
    ("kind", "patch", "expected"),
    [
        (ObjectKind.EVSE, {"status": "CHARGING", "last_updated": NOW}, None),
        (ObjectKind.CONNECTOR, {"tariff_ids": ["1", "2"], "last_updated": NOW}, None),
        (ObjectKind.TOKEN, {"valid": False, "last_updated": NOW}, None),
        (ObjectKind.LOCATION, {"coordinates": {"latitude": "1"}, "x_custom": [1], "last_updated": NOW}, None),
        (ObjectKind.LOCATION, {"evses": [{"uid": "1"}], "last_updated": NOW}, None),
        (
            ObjectKind.SESSION,
            {"kwh": 2, "charging_periods": PERIODS, "total_cost": {"before_taxes": 1}, "last_updated": NOW},
            {"kwh": 2, "charging_periods": PERIODS, "total_cost": {"excl_vat": 1}, "last_updated": NOW},
        ),
    ],
)
def test_members_that_are_alike_renamed_or_money_are_converted_alone(
    kind: ObjectKind, patch: JsonObject, expected: JsonObject | None
) -> None:
    converted = convert_patch(kind, patch, V.V2_3_0, V.V2_2_1)
    assert converted.value == (patch if expected is None else expected)
    assert converted.lossless


def test_total_cost_with_taxes_of_its_own_passes_with_its_report() -> None:
    patch: JsonObject = {"total_cost": {"before_taxes": 1, "taxes": [{"name": "GST", "amount": 1}]}}
    converted = convert_patch(ObjectKind.SESSION, patch, V.V2_3_0, V.V2_2_1)
    assert converted.value == {"total_cost": {"excl_vat": 1, "incl_vat": 2}}
    assert [change.pointer for change in converted.changes] == ["/total_cost/taxes/0/name"]


@pytest.mark.parametrize(
    ("kind", "patch", "members"),
    [
        (ObjectKind.LOCATION, {"help_phone": "1", "last_updated": NOW}, ("help_phone",)),
        (ObjectKind.LOCATION, {"evses": [{"uid": "1", "parking": [{"parking_id": "1"}]}]}, ("evses",)),
        (ObjectKind.LOCATION, {"evses": [{"uid": "1", "parking": []}]}, ("evses",)),
        (ObjectKind.LOCATION, {"address": "a" * 46, "name": "n"}, ("address",)),
        (ObjectKind.SESSION, {"cdr_token": {"country_code": "NL"}}, ("cdr_token",)),
        (ObjectKind.SESSION, {"total_cost": {"before_taxes": "x", "taxes": [{}]}}, ("total_cost",)),
        (ObjectKind.TARIFF, {"currency": "EUR"}, ("currency",)),
        (ObjectKind.CDR, {"remark": "x"}, ("remark",)),
    ],
)
def test_member_that_depends_on_the_rest_asks_for_the_whole_object(
    kind: ObjectKind, patch: JsonObject, members: tuple[str, ...]
) -> None:
    with pytest.raises(NeedsWholeObject) as needed:
        convert_patch(kind, patch, V.V2_3_0, V.V2_2)
    assert needed.value.members == members


def test_nothing_is_synthesised_in_a_patch() -> None:
    patch: JsonObject = {"cdr_token": {"uid": "1"}, "last_updated": NOW}
    converted = convert_patch(ObjectKind.SESSION, patch, V.V2_2, V.V2_3_0)
    assert converted.value == patch
    assert converted.lossless
