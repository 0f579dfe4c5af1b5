"""Values of any shape where an object is expected: never a crash, never a change to what was handed in."""

from contextlib import suppress
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.conversion import (
    Contents,
    Context,
    ConversionRefused,
    NeedsWholeObject,
    ObjectKind,
    Strictness,
    Versions,
    convert,
    convert_answer_body,
    convert_list,
    convert_patch,
    convert_request_body,
)
from ocn.conversion.bodies import _write
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.objects import Cdr, Evse, Location, Session, Tariff, Token
from ocn.ocpi.versions import VersionNumber

STRICT = Context(
    strict=Strictness(closed_enums=True, ascii_only=True, no_fractions=True, known_members_only=True)
)
NAMES = sorted(
    {name for shape in (Cdr, Evse, Location, Session, Tariff, Token) for name in shape.__annotations__}
    | {"excl_vat", "incl_vat", "before_taxes", "taxes", "amount", "name", "tax_included", "price_components"}
    | {
        "vat",
        "price",
        "restrictions",
        "booking",
        "connectors",
        "parking_places",
        "signed_values",
        "signed_data",
    }
    | {"auth_id", "location", "start_datetime", "stop_date_time", "tariff_id", "reservation_id", "result"}
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["YES", "NO", "CPO", Decimal("1E+500"), Decimal("1E-500"), -100]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)
some_objects = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), values, max_size=8)
versions = st.sampled_from(list(VersionNumber))


@given(
    st.sampled_from(list(ObjectKind)), some_objects, versions, versions, st.sampled_from([Context(), STRICT])
)
@settings(max_examples=250, deadline=None)
def test_object_of_any_shape_is_converted_or_refused(
    kind: ObjectKind, value: dict[str, Any], source: VersionNumber, target: VersionNumber, context: Context
) -> None:
    before = deepcopy(value)
    with suppress(ConversionRefused):
        _write(convert(kind, value, source, target, context).value)
    assert value == before


@given(st.sampled_from(list(ObjectKind)), some_objects, versions, versions)
@settings(max_examples=80, deadline=None)
def test_patch_of_any_shape_is_converted_or_sent_back(
    kind: ObjectKind, value: dict[str, Any], source: VersionNumber, target: VersionNumber
) -> None:
    before = deepcopy(value)
    with suppress(NeedsWholeObject, ConversionRefused):
        _write(convert_patch(kind, value, source, target, STRICT).value)
    assert value == before


@given(st.sampled_from(list(ObjectKind)), st.lists(values | some_objects, max_size=4), versions, versions)
@settings(max_examples=80, deadline=None)
def test_page_of_anything_never_fails(
    kind: ObjectKind, items: list[Any], source: VersionNumber, target: VersionNumber
) -> None:
    converted = convert_list(kind, items, source, target)
    assert len(converted.value) <= len(items)


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[" * 3000, b'"x"', b"1e99999999999999999999", b'{"a":"\xff"}']
)
def test_body_that_is_no_object_is_refused_or_left_alone(body: bytes) -> None:
    contents = Contents(request=ObjectKind.SESSION, answer=ObjectKind.SESSION)
    between = Versions(VersionNumber.V2_3_0, VersionNumber.V2_2_1)
    if body:
        with pytest.raises((InvalidParameters, ConversionRefused)):
            convert_request_body(body, contents, between)
    with pytest.raises(ConversionRefused):
        convert_answer_body(body, contents, between)


@pytest.mark.parametrize("depth", [100, 600, 900, 2000])
@pytest.mark.parametrize("context", [Context(), STRICT])
def test_deep_nesting_is_carried_or_refused_but_ends_nothing(depth: int, context: Context) -> None:
    body = b'{"id":"1","total_cost":{"deep":' + b"[" * depth + b"]" * depth + b"}}"
    between = Versions(VersionNumber.V2_3_0, VersionNumber.V2_2_1)
    with suppress(ConversionRefused):
        converted = convert_request_body(body, Contents(request=ObjectKind.SESSION), between, context)
        assert b"[" * depth in converted.value or context is STRICT


def test_nesting_beyond_what_a_strict_walk_takes_is_refused_with_its_place() -> None:
    body = b'{"id":"1","remark":' + b"[" * 100 + b"]" * 100 + b"}"
    between = Versions(VersionNumber.V2_3_0, VersionNumber.V2_2_1)
    ascii_only = Context(strict=Strictness(ascii_only=True))
    with pytest.raises(ConversionRefused, match="nested more than 64 deep") as refused:
        convert_request_body(body, Contents(request=ObjectKind.CDR), between, ascii_only)
    assert refused.value.pointer.startswith("/remark/0/0")
