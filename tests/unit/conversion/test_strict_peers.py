"""What is taken out for a peer that rejects more than it has to."""

from typing import Any

import pytest

from ocn.conversion import Context, ConversionRefused, Converted, JsonObject, ObjectKind, Strictness, convert
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
CLOSED = Context(strict=Strictness(closed_enums=True))
LOCATION: dict[str, Any] = {
    "id": "L",
    "facilities": ["HOTEL", "SPA"],
    "parking_type": "ROOFTOP",
    "evses": [
        {
            "uid": "1",
            "connectors": [{"id": "a", "standard": "SAE_J3400"}, {"id": "b", "standard": "CHADEMO"}],
        },
        {"uid": "2", "connectors": [{"id": "a", "standard": "MCS"}], "images": [{"category": "ENTRANCE"}]},
        {
            "uid": "3",
            "connectors": [{"id": "a", "standard": "NEMA_5_20", "power_type": "AC_2_PHASE"}],
            "capabilities": ["RESERVABLE", "START_SESSION_CONNECTOR_REQUIRED", "TELEPATHY"],
            "parking_restrictions": ["TAXIS", "EV_ONLY"],
        },
    ],
}


def places(converted: Converted[JsonObject]) -> list[str]:
    return [change.pointer for change in converted.changes]


def test_words_of_later_versions_pass_to_a_peer_that_is_not_strict() -> None:
    converted = convert(ObjectKind.LOCATION, LOCATION, V.V2_3_0, V.V2_2)
    assert converted.value == LOCATION
    assert converted.lossless


def test_plug_that_a_strict_peer_cannot_name_goes_and_takes_an_evse_without_others_along() -> None:
    converted = convert(ObjectKind.LOCATION, LOCATION, V.V2_3_0, V.V2_2_1, CLOSED)
    evses: Any = converted.value["evses"]
    assert [[connector["id"] for connector in evse["connectors"]] for evse in evses] == [["b"], ["a"]]
    assert [evse["uid"] for evse in evses] == ["1", "3"]
    assert evses[1]["capabilities"] == ["RESERVABLE", "START_SESSION_CONNECTOR_REQUIRED"]
    assert converted.value["facilities"] == ["HOTEL"]
    assert "parking_type" not in converted.value
    assert places(converted) == [
        "/facilities/1",
        "/parking_type",
        "/evses/0/connectors/0",
        "/evses/1/connectors/0",
        "/evses/1",
        "/evses/2/capabilities/2",
        "/evses/2/parking_restrictions/0",
    ]


def test_two_phases_are_told_to_a_strict_2_2_peer_as_one() -> None:
    evse: JsonObject = {
        "uid": "3",
        "connectors": [{"id": "a", "standard": "CHADEMO", "power_type": "AC_2_PHASE"}],
    }
    converted = convert(ObjectKind.EVSE, evse, V.V2_2_1, V.V2_2, CLOSED)
    assert converted.value["connectors"] == [{"id": "a", "standard": "CHADEMO", "power_type": "AC_1_PHASE"}]
    assert places(converted) == ["/connectors/0/power_type"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ObjectKind.EVSE, {"uid": "1", "connectors": [{"standard": "MCS"}]}),
        (ObjectKind.CONNECTOR, {"id": "1", "standard": "MCS"}),
    ],
)
def test_evse_or_connector_without_a_plug_that_can_be_named_is_refused(
    kind: ObjectKind, value: JsonObject
) -> None:
    for target in (V.V2_2_1, V.V2_2):
        with pytest.raises(ConversionRefused, match="rejects"):
            convert(kind, value, V.V2_3_0, target, CLOSED)


def test_contract_certificate_is_another_token_to_a_strict_peer() -> None:
    converted = convert(
        ObjectKind.START_SESSION, {"token": {"uid": "1", "type": "EMAID"}}, V.V2_3_0, V.V2_2_1, CLOSED
    )
    assert converted.value == {"token": {"uid": "1", "type": "OTHER"}}
    assert places(converted) == ["/token/type"]


def test_letters_beyond_ascii_are_written_plainly_for_a_peer_without_them() -> None:
    context = Context(strict=Strictness(ascii_only=True))
    converted = convert(
        ObjectKind.LOCATION, {"city": "Malmö", "name": "Straße 北"}, V.V2_3_0, V.V2_2, context
    )
    assert converted.value == {"city": "Malmo", "name": "Strasse ?"}
    assert places(converted) == ["/city", "/name"]


def test_fractions_of_seconds_go_for_a_peer_without_them() -> None:
    context = Context(strict=Strictness(no_fractions=True))
    value: JsonObject = {"last_updated": "2024-12-05T17:39:09.123Z", "id": "1.5"}
    converted = convert(ObjectKind.TOKEN, value, V.V2_2_1, V.V2_2, context)
    assert converted.value == {"last_updated": "2024-12-05T17:39:09Z", "id": "1.5"}
    assert places(converted) == ["/last_updated"]


def test_strangers_go_for_a_peer_that_rejects_them_at_any_depth() -> None:
    context = Context(strict=Strictness(known_members_only=True))
    value: JsonObject = {
        "id": "1",
        "x": 1,
        "evses": [{"uid": "1", "a/b": 2, "connectors": [{"id": "1", "y": 3}]}],
    }
    converted = convert(ObjectKind.LOCATION, value, V.V2_3_0, V.V2_2_1, context)
    assert converted.value == {"id": "1", "evses": [{"uid": "1", "connectors": [{"id": "1"}]}]}
    assert places(converted) == ["/x", "/evses/0/a~1b", "/evses/0/connectors/0/y"]


def test_owner_of_a_token_comes_from_the_token_and_else_from_the_address() -> None:
    known: JsonObject = {"uid": "U", "country_code": "DE", "party_id": "ABC"}
    session: JsonObject = {"id": "1", "cdr_token": {"uid": "U", "contract_id": "C"}}
    address = Context(token_owner=PartyId("NL", "TNM"))
    both = Context(token_owner=PartyId("NL", "TNM"), tokens_of_contract=lambda _contract: [known])
    for context, country in ((address, "NL"), (both, "DE")):
        converted = convert(ObjectKind.SESSION, session, V.V2_2, V.V2_2_1, context)
        token: Any = converted.value["cdr_token"]
        assert token["country_code"] == country
        assert places(converted) == ["/cdr_token/country_code", "/cdr_token/party_id"]
    assert convert(ObjectKind.SESSION, session, V.V2_2, V.V2_2_1).value == session


def test_long_signature_is_never_cut_but_left_out_as_a_change_of_meaning() -> None:
    cdr: JsonObject = {"id": "1", "signed_data": {"signed_values": [{"signed_data": "s" * 513}]}}
    converted = convert(ObjectKind.CDR, cdr, V.V2_2_1, V.V2_2)
    assert converted.value == {"id": "1"}
    assert converted.dangerous


def test_long_address_is_cut_for_2_2() -> None:
    converted = convert(ObjectKind.LOCATION, {"address": "a" * 46, "state": "b" * 20}, V.V2_3_0, V.V2_2)
    assert converted.value == {"address": "a" * 45, "state": "b" * 20}
    assert places(converted) == ["/address"]


def test_connector_is_named_where_the_evse_demands_it_and_has_but_one() -> None:
    evse: JsonObject = {
        "uid": "E",
        "capabilities": ["START_SESSION_CONNECTOR_REQUIRED"],
        "connectors": [{"id": "7"}],
    }
    context = Context(location_by_id=lambda _location: {"evses": [{"uid": "other"}, evse]})
    start: JsonObject = {"location_id": "L", "evse_uid": "E"}
    converted = convert(ObjectKind.START_SESSION, start, V.V2_2, V.V2_2_1, context)
    assert converted.value == {**start, "connector_id": "7"}
    assert places(converted) == ["/connector_id"]
    assert convert(ObjectKind.START_SESSION, converted.value, V.V2_2_1, V.V2_2).value == start


def test_postal_code_that_2_2_demands_comes_from_the_location() -> None:
    context = Context(location_by_id=lambda _location: {"postal_code": "9000"})
    cdr: JsonObject = {"cdr_location": {"id": "L", "state": "OV"}}
    converted = convert(ObjectKind.CDR, cdr, V.V2_2_1, V.V2_2, context)
    assert converted.value == {"cdr_location": {"id": "L", "postal_code": "9000"}}
    assert places(converted) == ["/cdr_location/state", "/cdr_location/postal_code"]


def test_hub_is_shown_to_2_3_0_in_the_role_that_is_left_for_it() -> None:
    converted = convert(ObjectKind.CLIENT_INFO, {"role": "HUB"}, V.V2_2_1, V.V2_3_0)
    assert converted.value == {"role": "OTHER"}
    assert places(converted) == ["/role"]
