"""The specification's examples of 2.2.1 towards 2.1.1: what is refused, and that nothing newer remains."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ocn.conversion import Context, ConversionRefused, JsonObject, ObjectKind, Strictness, convert
from ocn.ocpi.versions import VersionNumber

EXAMPLES = Path(os.environ.get("OCN_OCPI_EXAMPLES", Path(__file__).parents[4] / "shared" / "ocpi-examples"))
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason=f"no OCPI examples at {EXAMPLES}; set OCN_OCPI_EXAMPLES"
)

_KINDS = {
    "location_example": ObjectKind.LOCATION,
    "session_example": ObjectKind.SESSION,
    "cdr_example": ObjectKind.CDR,
    "tariff_": ObjectKind.TARIFF,
    "token_example": ObjectKind.TOKEN,
    "token_put": ObjectKind.TOKEN,
}
_REFUSED = {
    "location_example_uc3_destination_charger_not_published": "/publish",
    "location_example_uc4_limited_visibility": "/publish",
    "location_example_uc5_home_charge_point": "/publish",
    "tariff_3_alt_url": "/type",
    "tariff_2_alt_text": "/type",
    "tariff_11_not_possible_alt_text": "/type",
    "tariff_4_complex": "/elements/1/restrictions/max_current",
}


def _files() -> list[tuple[str, ObjectKind]]:
    found = sorted((EXAMPLES / "2.2.1").glob("*.json")) if EXAMPLES.is_dir() else []
    return [
        (path.stem, kind) for path in found for prefix, kind in _KINDS.items() if path.stem.startswith(prefix)
    ]


def _read(name: str) -> JsonObject:
    value: JsonObject = json.loads((EXAMPLES / "2.2.1" / f"{name}.json").read_text(), parse_float=Decimal)
    return value


@pytest.mark.parametrize(("name", "kind"), _files())
def test_example_towards_2_1_1_is_refused_or_holds_nothing_newer(name: str, kind: ObjectKind) -> None:
    location = _read("location_example")
    context = Context(location_by_id=lambda identifier: location if identifier == "LOC1" else None)
    way = VersionNumber.V2_2_1, VersionNumber.V2_1_1
    if name in _REFUSED:
        with pytest.raises(ConversionRefused) as refused:
            convert(kind, _read(name), *way, context)
        assert refused.value.pointer == _REFUSED[name]
        return
    converted = convert(kind, _read(name), *way, context)
    strictly = replace(context, strict=Strictness(known_members_only=True))
    assert convert(kind, _read(name), *way, strictly) == converted
