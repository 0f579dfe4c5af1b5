"""From 2.1.1 through 2.2.1 to 2.3.0 and back."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ocn.conversion import Context, JsonObject, Loss, ObjectKind, convert
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
_HERE = Path(__file__).parent / "vectors"


def _vector(file: str, name: str) -> JsonObject:
    vectors: list[dict[str, Any]] = json.loads((_HERE / f"{file}.json").read_text(), parse_float=Decimal)
    found: JsonObject = next(vector["value"] for vector in vectors if vector["name"] == name)
    return found


@pytest.fixture
def plain_world(world: Context) -> Context:
    return replace(world, authorization_reference=None)


def test_session_to_2_3_0_and_back_owes_the_same_to_the_same(plain_world: Context) -> None:
    session = _vector("sessions", "session_of_2_1_1_names_its_place_by_ids")
    there = convert(ObjectKind.SESSION, session, V.V2_1_1, V.V2_3_0, plain_world)
    assert there.value["total_cost"] == {"before_taxes": Decimal("8.50")}
    assert there.value["start_date_time"] == session["start_datetime"]
    assert not there.dangerous
    assert {change.version for change in there.changes if change.loss is Loss.DROPPED} == {V.V2_1_1}
    back = convert(ObjectKind.SESSION, there.value, V.V2_3_0, V.V2_1_1, plain_world)
    same = {"id", "start_datetime", "end_datetime", "kwh", "auth_id", "auth_method", "currency", "total_cost"}
    assert {name: back.value[name] for name in same} == {name: session[name] for name in same}
    location = back.value["location"]
    assert isinstance(location, dict)
    assert location["id"] == "LOC1"
    assert location["evses"][0]["connectors"][0]["id"] == "1"  # type: ignore[index,call-overload]  # JSON


def test_cdr_to_2_3_0_and_back_owes_the_same_to_the_same(plain_world: Context) -> None:
    cdr = _vector("cdrs", "cdr_of_2_1_1_copies_its_place")
    there = convert(ObjectKind.CDR, cdr, V.V2_1_1, V.V2_3_0, plain_world)
    assert there.value["total_cost"] == {"before_taxes": Decimal("4.00")}
    back = convert(ObjectKind.CDR, there.value, V.V2_3_0, V.V2_1_1, plain_world)
    assert not back.dangerous
    for name in (
        "id",
        "stop_date_time",
        "auth_id",
        "total_cost",
        "total_energy",
        "charging_periods",
        "tariffs",
    ):
        assert back.value[name] == cdr[name]
    assert str(back.value["total_cost"]) == "4.00"


def test_tariff_to_2_3_0_and_back_is_the_same(plain_world: Context) -> None:
    tariff = _vector("tariffs", "tariff_of_2_1_1_gains_its_owner")
    there = convert(ObjectKind.TARIFF, tariff, V.V2_1_1, V.V2_3_0, plain_world)
    assert there.value["tax_included"] == "NO"
    assert convert(ObjectKind.TARIFF, there.value, V.V2_3_0, V.V2_1_1, plain_world).value == tariff


def test_connector_to_every_version_and_back_is_lossless(plain_world: Context) -> None:
    connector: JsonObject = {
        "id": "1",
        "standard": "CHADEMO",
        "voltage": 400,
        "amperage": 125,
        "tariff_id": "11",
    }
    for version in (V.V2_2, V.V2_2_1, V.V2_3_0):
        there = convert(ObjectKind.CONNECTOR, connector, V.V2_1_1, version, plain_world)
        assert there.lossless
        assert convert(ObjectKind.CONNECTOR, there.value, version, V.V2_1_1, plain_world).value == connector


@pytest.mark.parametrize("version", [V.V2_2, V.V2_2_1, V.V2_3_0])
def test_session_of_2_1_1_with_several_tokens_is_dangerous_in_every_version(
    version: VersionNumber, world: Context
) -> None:
    session = _vector("sessions", "session_with_several_evses_and_tokens_is_ambiguous")
    assert convert(ObjectKind.SESSION, session, V.V2_1_1, version, world).dangerous


def test_token_of_another_owner_of_the_contract_is_not_taken(world: Context) -> None:
    session: JsonObject = {"auth_id": "NL-TNM-C00000001-1"}
    context = replace(world, token_owner=PartyId("de", "xyz"))
    converted = convert(ObjectKind.SESSION, session, V.V2_1_1, V.V2_2_1, context)
    token = converted.value["cdr_token"]
    assert isinstance(token, dict)
    assert token["uid"] == "CCC"
    assert not converted.dangerous
