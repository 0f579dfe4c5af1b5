"""Every vector of OCPI 2.1.1: one document, what becomes of it, and what is reported."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ocn.conversion import Context, ConversionRefused, Loss, ObjectKind, Strictness, convert
from ocn.ocpi.versions import VersionNumber

_WAYS = {
    "up": (VersionNumber.V2_1_1, VersionNumber.V2_2_1),
    "down": (VersionNumber.V2_2_1, VersionNumber.V2_1_1),
}
_FILES = ("locations", "tariffs", "tokens", "sessions", "cdrs", "commands")
_VECTORS: list[dict[str, Any]] = [
    vector
    for name in _FILES
    for vector in json.loads(
        (Path(__file__).parent / "vectors" / f"{name}.json").read_text(), parse_float=Decimal
    )
]


def _context(vector: dict[str, Any], world: Context) -> Context:
    unknown: dict[str, Any] = dict.fromkeys(vector.get("unknown", ()))
    return replace(world, strict=Strictness(**dict.fromkeys(vector.get("strict", ()), True)), **unknown)


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["name"])
def test_vector_converted_gives_what_it_says(vector: dict[str, Any], world: Context) -> None:
    kind, versions = ObjectKind(vector["kind"]), _WAYS[vector["way"]]
    before = json.dumps(vector["value"], default=str)
    if "refused" in vector:
        with pytest.raises(ConversionRefused) as refused:
            convert(kind, vector["value"], *versions, _context(vector, world))
        assert refused.value.pointer == vector["refused"]
        return
    converted = convert(kind, vector["value"], *versions, _context(vector, world))
    assert converted.value == vector["becomes"]
    assert {(change.loss, change.pointer) for change in converted.changes} == {
        *((Loss(loss), pointer) for pointer, loss in vector["changes"].items()),
        *((Loss(loss), pointer) for loss, pointer in vector.get("also", ())),
    }
    assert json.dumps(vector["value"], default=str) == before
