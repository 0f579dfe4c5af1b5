"""What is known around the documents of the vectors: one location, some tariffs and tokens, two aliases."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ocn.conversion import Context, JsonObject, ObjectKind
from ocn.ocpi.party_id import PartyId

_ALIASES = {"A-LONG-UID-OF-THIRTY-NINE-CHARACTERS-39": "alias-39"}
_ALIASES |= {short: long for long, short in _ALIASES.items()}


def _by_id(objects: Iterable[JsonObject]) -> dict[str, JsonObject]:
    return {str(one["id"]).upper(): one for one in objects}


@pytest.fixture(scope="package")
def world() -> Context:
    text = (Path(__file__).parent / "vectors" / "world.json").read_text()
    known: dict[str, list[JsonObject]] = json.loads(text, parse_float=Decimal)
    locations, tariffs, tokens = _by_id(known["locations"]), _by_id(known["tariffs"]), known["tokens"]
    return Context(
        owner=PartyId("BE", "BEC"),
        token_owner=PartyId("NL", "TNM"),
        token=tokens[0],
        tokens_of_contract=lambda contract: [one for one in tokens if one["contract_id"] == contract],
        location_by_id=lambda identifier: locations.get(identifier.upper()),
        tariff_by_id=lambda identifier: tariffs.get(identifier.upper()),
        alias=lambda kind, identifier: (
            _ALIASES.get(identifier, identifier) if kind is ObjectKind.EVSE else identifier
        ),
        reservation_number=lambda identifier: int(identifier.removeprefix("RES-")),
        reservation_id=lambda number: "RES-77" if number == 77 else None,
        authorization_reference=lambda document: "REF-101" if document.get("kwh") else None,
        moment=datetime(2024, 6, 1, tzinfo=UTC),
    )
