"""What 2.1.1 does not have, strict peers, identifiers in addresses, zones."""

import zoneinfo
from dataclasses import replace

import pytest

from ocn.conversion import (
    AnsweredInstead,
    Context,
    ConversionRefused,
    JsonObject,
    ObjectKind,
    Strictness,
    convert,
)
from ocn.conversion.paths import convert_path
from ocn.conversion.v2_1_1.locations import UNKNOWN_ZONE
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.versions import VersionNumber
from ocn.ocpi.zones import ZONE_OF_COUNTRY

V = VersionNumber
LONG = "A-LONG-UID-OF-THIRTY-NINE-CHARACTERS-39"


@pytest.mark.parametrize("source", [V.V2_2, V.V2_2_1, V.V2_3_0])
@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (ObjectKind.CANCEL_RESERVATION, {"result": "NOT_SUPPORTED", "timeout": 0}),
        (ObjectKind.SET_CHARGING_PROFILE, {"result": "NOT_SUPPORTED", "timeout": 0}),
        (ObjectKind.CHARGING_PREFERENCES, "NOT_POSSIBLE"),
    ],
)
def test_request_that_2_1_1_does_not_have_is_answered_instead(
    kind: ObjectKind, answer: object, source: VersionNumber
) -> None:
    with pytest.raises(AnsweredInstead) as instead:
        convert(kind, {}, source, V.V2_1_1)
    assert instead.value.answer == answer


def test_module_that_2_1_1_does_not_have_is_refused() -> None:
    with pytest.raises(ConversionRefused):
        convert(ObjectKind.CLIENT_INFO, {}, V.V2_2_1, V.V2_1_1)


def test_strict_peer_gets_ascii_seconds_and_its_own_members_only(world: Context) -> None:
    session: JsonObject = {
        "id": "101",
        "start_date_time": "2024-06-29T22:39:09.123Z",
        "location_id": "LOC1",
        "evse_uid": "3256",
        "connector_id": "1",
        "x_ours": 1,
        "meter_id": "Zähler",
    }
    strict = Strictness(ascii_only=True, no_fractions=True, known_members_only=True)
    converted = convert(ObjectKind.SESSION, session, V.V2_2_1, V.V2_1_1, replace(world, strict=strict))
    assert converted.value["meter_id"] == "Zahler"
    assert converted.value["start_datetime"] == "2024-06-29T22:39:09Z"
    assert "x_ours" not in converted.value
    assert {"/meter_id", "/start_datetime", "/x_ours"} <= {change.pointer for change in converted.changes}
    assert converted.value["location"]["evses"][0]["connectors"][0]["voltage"] == 230  # type: ignore[index,call-overload]  # JSON


def test_lenient_peer_gets_fractions_and_unknown_members(world: Context) -> None:
    evse: JsonObject = {
        "uid": "1",
        "connectors": [],
        "last_updated": "2024-06-29T22:39:09.123Z",
        "x_ours": "é",
    }
    converted = convert(ObjectKind.EVSE, evse, V.V2_2_1, V.V2_1_1, world)
    assert (converted.value, converted.lossless) == (evse, True)


@pytest.mark.parametrize(
    ("role", "path", "becomes"),
    [
        (InterfaceRole.RECEIVER, ("BE", "BEC", "LOC1", LONG, "1"), ("BE", "BEC", "LOC1", "alias-39", "1")),
        (InterfaceRole.RECEIVER, ("BE", "BEC", "LOC1"), ("BE", "BEC", "LOC1")),
        (InterfaceRole.SENDER, ("LOC1", "alias-39"), ("LOC1", LONG)),
        (InterfaceRole.SENDER, (), ()),
    ],
)
def test_identifiers_in_an_address_get_their_other_name(
    role: InterfaceRole, path: tuple[str, ...], becomes: tuple[str, ...], world: Context
) -> None:
    assert convert_path(ModuleID.LOCATIONS, role, path, world) == becomes
    assert convert_path(ModuleID.LOCATIONS, role, becomes, world) == path


def test_address_of_another_module_stays(world: Context) -> None:
    path = ("BE", "BEC", LONG)
    assert convert_path(ModuleID.SESSIONS, InterfaceRole.RECEIVER, path, world) is path


def test_zones_that_are_written_exist() -> None:
    known = zoneinfo.available_timezones()
    if known:
        assert {*ZONE_OF_COUNTRY.values(), UNKNOWN_ZONE} <= known


def test_zone_that_the_operator_told_comes_first(world: Context) -> None:
    context = replace(world, time_zone=lambda _location: "America/Denver")
    location: JsonObject = {"id": "L", "country": "USA"}
    converted = convert(ObjectKind.LOCATION, location, V.V2_1_1, V.V2_2_1, context)
    assert converted.value["time_zone"] == "America/Denver"
    assert not converted.dangerous
