"""PATCH between 2.1.1 and its successors: member by member, or not at all."""

from decimal import Decimal

import pytest

from ocn.conversion import Context, JsonObject, NeedsWholeObject, ObjectKind, convert_patch
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
_SINCE = "2024-06-29T23:50:17Z"


@pytest.mark.parametrize(
    ("kind", "older", "newer"),
    [
        (ObjectKind.EVSE, {"status": "CHARGING"}, {"status": "CHARGING"}),
        (ObjectKind.CONNECTOR, {"voltage": 400, "amperage": 16}, {"max_voltage": 400, "max_amperage": 16}),
        (ObjectKind.LOCATION, {"type": "ON_STREET", "name": "A"}, {"parking_type": "ON_STREET", "name": "A"}),
        (ObjectKind.TOKEN, {"valid": False, "auth_id": "C"}, {"valid": False, "contract_id": "C"}),
        (
            ObjectKind.SESSION,
            {"end_datetime": _SINCE, "total_cost": Decimal("0.60"), "status": "COMPLETED"},
            {"end_date_time": _SINCE, "total_cost": {"excl_vat": Decimal("0.60")}, "status": "COMPLETED"},
        ),
    ],
)
def test_patch_of_members_that_are_renamed_is_converted_both_ways(
    kind: ObjectKind, older: JsonObject, newer: JsonObject, world: Context
) -> None:
    older, newer = {**older, "last_updated": _SINCE}, {**newer, "last_updated": _SINCE}
    upwards = convert_patch(kind, older, V.V2_1_1, V.V2_2_1, world)
    assert (upwards.value, upwards.changes) == (newer, ())
    downwards = convert_patch(kind, newer, V.V2_2_1, V.V2_1_1, world)
    assert (downwards.value, downwards.changes) == (older, ())


def test_patch_of_a_tariff_id_becomes_a_list_of_one(world: Context) -> None:
    patch: JsonObject = {"tariff_id": "12", "last_updated": _SINCE}
    converted = convert_patch(ObjectKind.CONNECTOR, patch, V.V2_1_1, V.V2_3_0, world)
    assert converted.value == {"tariff_ids": ["12"], "last_updated": _SINCE}


@pytest.mark.parametrize(
    ("kind", "source", "patch", "member"),
    [
        (ObjectKind.TARIFF, V.V2_1_1, {"currency": "EUR"}, "currency"),
        (ObjectKind.LOCATION, V.V2_1_1, {"type": "UNKNOWN"}, "type"),
        (ObjectKind.LOCATION, V.V2_1_1, {"evses": [{"uid": "1", "connectors": [{"voltage": 1}]}]}, "evses"),
        (ObjectKind.SESSION, V.V2_1_1, {"location": {"id": "LOC1"}}, "location"),
        (ObjectKind.SESSION, V.V2_1_1, {"auth_id": "NL-TNM-C00000001-1"}, "cdr_token"),
        (ObjectKind.SESSION, V.V2_1_1, {"charging_periods": [{"dimensions": []}]}, "charging_periods"),
        (ObjectKind.SESSION, V.V2_2_1, {"charging_periods": [{"dimensions": []}]}, "charging_periods"),
        (ObjectKind.SESSION, V.V2_2_1, {"evse_uid": "3256"}, "evse_uid"),
        (ObjectKind.SESSION, V.V2_2_1, {"cdr_token": {"contract_id": "C"}}, "cdr_token"),
        (ObjectKind.SESSION, V.V2_2_1, {"status": "RESERVATION"}, "status"),
        (ObjectKind.LOCATION, V.V2_2_1, {"publish": False}, "publish"),
        (ObjectKind.LOCATION, V.V2_2_1, {"parking_type": "ALONG_MOTORWAY"}, "parking_type"),
        (ObjectKind.CONNECTOR, V.V2_2_1, {"tariff_ids": ["11", "13"]}, "tariff_ids"),
        (ObjectKind.TOKEN, V.V2_2_1, {"type": "APP_USER"}, "type"),
    ],
)
def test_patch_that_would_lose_something_needs_the_whole_object(
    kind: ObjectKind, source: VersionNumber, patch: JsonObject, member: str, world: Context
) -> None:
    target = V.V2_2_1 if source is V.V2_1_1 else V.V2_1_1
    with pytest.raises(NeedsWholeObject) as needed:
        convert_patch(kind, patch, source, target, world)
    assert member in needed.value.members
