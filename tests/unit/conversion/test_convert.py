"""Whole objects: the way through the versions, and what every conversion keeps."""

import pytest

from ocn.conversion import JsonObject, ObjectKind, convert
from ocn.conversion.steps import way
from ocn.ocpi.versions import VersionNumber

V = VersionNumber


def test_way_between_any_two_versions_goes_through_2_2_1() -> None:
    assert way(V.V2_1_1, V.V2_3_0) == ((V.V2_1_1, V.V2_2_1), (V.V2_2_1, V.V2_3_0))
    assert way(V.V2_2_1, V.V2_2) == ((V.V2_2_1, V.V2_2),)
    assert way(V.V2_3_0, V.V2_2_1) == ((V.V2_3_0, V.V2_2_1),)


@pytest.mark.parametrize("version", list(VersionNumber))
def test_same_version_on_both_sides_leaves_the_object_itself(version: VersionNumber) -> None:
    value: JsonObject = {"id": "1", "anything": [1, None]}
    converted = convert(ObjectKind.LOCATION, value, version, version)
    assert converted.value is value
    assert converted.lossless
    assert not converted.dangerous
