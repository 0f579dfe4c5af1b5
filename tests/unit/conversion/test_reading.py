"""A body read as far as the rules look becomes what it becomes when it is read in full."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, NoReturn

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.conversion.test_hostile_values import NAMES, some_objects, values
from tests.unit.conversion.test_round_trips import OBJECTS

from ocn.conversion import (
    Choice,
    Contents,
    Context,
    ConversionRefused,
    Converted,
    JsonObject,
    NeedsWholeObject,
    ObjectKind,
    Policy,
    Strictness,
    Versions,
    convert,
    convert_answer_body,
    convert_list,
    convert_patch,
    convert_request_body,
    stands_alone,
)
from ocn.conversion.reading import Looked, read_object, read_page, read_whole
from ocn.conversion.steps import passage
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
PAIRS = [(source, target) for source in V for target in V if source is not target]
READ_IN_PART = sorted(
    (kind, source, target)
    for source, target in PAIRS
    for kind in ObjectKind
    if passage(kind, source, target).looked_at is not None and passage(kind, source, target).rules
)
DRAWN = [(kind, source, target) for kind, source, target in READ_IN_PART if kind in OBJECTS.get(source, ())]
ANYTHING, REFUSING = Policy(Choice.PASS), Policy()
NEW_IN_2_3_0 = ("accepted_service_providers", "booking_id", "help_phone", "parking", "preauthorize_amount")
EVSE: JsonObject = {
    "uid": "E1",
    "capabilities": ["START_SESSION_CONNECTOR_REQUIRED"],
    "connectors": [{"id": "7"}],
}
KNOWN = Context(
    token_owner=PartyId("NL", "TNM"), location_by_id=lambda _: {"evses": [EVSE], "postal_code": "9000"}
)
SAYINGS: tuple[Any, ...] = (
    *(None, True, [], {}, "", "YES", "HUB", "s" * 600, 0, Decimal("1.50")),
    {"excl_vat": 1, "incl_vat": 2, "state": "x", "signed_values": [{"signed_data": "s" * 600}]},
    {"before_taxes": 1, "taxes": [{"name": "GST", "amount": 1}], "country_code": "DE", "booking": {}},
    [
        {
            "capabilities": ["x"],
            "connectors": [{"capabilities": ["x"]}],
            "parking": [{}],
            "restrictions": {"booking": {}},
        }
    ],
    [{"tax_included": "YES", "elements": [{"price_components": [{"price": 1, "vat": 19}]}]}],
)
REFUSALS = (ConversionRefused, NeedsWholeObject, InvalidParameters)
encoded: Callable[[object], bytes] = msgspec.json.Encoder(decimal_format="number").encode
LONG = b"123456789" * 500
BODIES = (
    b'{"kwh": 0.10, "total_cost": {"excl_vat": 4.00, "incl_vat": 4.5e0}, "x": [1, {"y": "\\u00fc\\n"}]}',
    b'{"total_cost": null, "status": "\xc3\xbc", "total_cost": {"excl_vat": 1E+2}, "status": -0.0}',
    b'{"a":' + b"[" * 40 + b'"]"' + b"]" * 40 + b', "b": true, "c": 12345678901234567890123}',
)
PIECES = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b"e", b"E", b"+", b"-", b".", b"0", b" ", b"n"),
    *(b"\xff", b"\x00", b"\\ud800", b"\xed\xa0\x80", b"null", b"1e99999999999999999999", LONG),
    *(b"1e-99999999999999999999", b"1E+999999999999999999", b"9" * 17, b"0" * 18, b"[" * 2000),
)


def exact(text: bytes) -> Any:
    """Everything a document says: of names given twice the last, and of numbers the value and its digits."""
    return json.loads(text, parse_float=lambda number: Decimal(number).as_tuple())


def outcome(conversion: Callable[[], Converted[Any]]) -> tuple[Any, ...]:
    try:
        converted = conversion()
    except REFUSALS as refused:
        return type(refused), refused.message
    text = converted.value if isinstance(converted.value, bytes) else encoded(converted.value)
    return exact(text), converted.changes


def in_part(
    kind: ObjectKind, body: bytes, source: VersionNumber, target: VersionNumber, *, patch: bool
) -> tuple[Any, ...]:
    contents, versions = Contents(request=kind, patch=patch), Versions(source, target, ANYTHING)
    return outcome(lambda: convert_request_body(body, contents, versions, KNOWN))


def in_full(
    kind: ObjectKind, body: bytes, source: VersionNumber, target: VersionNumber, *, patch: bool
) -> tuple[Any, ...]:
    value = read_whole(body)
    assert isinstance(value, dict)
    turn = convert_patch if patch else convert
    return outcome(lambda: turn(kind, value, source, target, KNOWN))


@pytest.mark.parametrize("patch", [False, True])
@pytest.mark.parametrize("value", SAYINGS)
def test_body_of_one_member_becomes_what_it_becomes_in_full(value: Any, patch: bool) -> None:
    for name in (*NAMES, *NEW_IN_2_3_0):
        body = encoded({name: value})
        for kind, source, target in READ_IN_PART:
            partly = in_part(kind, body, source, target, patch=patch)
            assert partly == in_full(kind, body, source, target, patch=patch), (name, kind, source, target)


def test_connector_that_an_evse_demands_is_named_in_a_body_too() -> None:
    body = b'{"location_id": "L1", "evse_uid": "E1", "connector_id": null}'
    start = in_part(ObjectKind.START_SESSION, body, V.V2_2, V.V2_3_0, patch=False)
    assert start == in_full(ObjectKind.START_SESSION, body, V.V2_2, V.V2_3_0, patch=False)
    assert start[0]["connector_id"] == "7"


@given(st.sampled_from(DRAWN), st.booleans(), st.data())
@settings(max_examples=250, deadline=None)
def test_body_of_an_object_becomes_what_it_becomes_in_full(
    passing: tuple[ObjectKind, VersionNumber, VersionNumber], patch: bool, data: st.DataObject
) -> None:
    kind, source, target = passing
    body = encoded(data.draw(OBJECTS[source][kind]))
    assert in_part(kind, body, source, target, patch=patch) == in_full(
        kind, body, source, target, patch=patch
    )


@given(st.sampled_from(READ_IN_PART), some_objects, st.booleans())
@settings(max_examples=250, deadline=None)
def test_body_of_any_shape_becomes_what_it_becomes_in_full(
    passing: tuple[ObjectKind, VersionNumber, VersionNumber], value: dict[str, Any], patch: bool
) -> None:
    kind, source, target = passing
    body = encoded(value)
    assert in_part(kind, body, source, target, patch=patch) == in_full(
        kind, body, source, target, patch=patch
    )


@given(st.sampled_from(READ_IN_PART), st.lists(some_objects | values, max_size=4))
@settings(max_examples=100, deadline=None)
def test_page_becomes_what_its_objects_become_in_full(
    passing: tuple[ObjectKind, VersionNumber, VersionNumber], items: list[Any]
) -> None:
    kind, source, target = passing
    body = encoded({"status_code": 1000, "data": items})
    page = convert_answer_body(body, Contents(answer=kind, page=True), Versions(source, target))
    whole = read_whole(encoded(items))
    assert isinstance(whole, list)
    full = convert_list(kind, whole, source, target, policy=REFUSING)
    assert exact(page.value)["data"] == exact(encoded(full.value))
    assert [change.pointer for change in page.changes] == [
        f"/data{change.pointer}" for change in full.changes
    ]


@given(
    st.sampled_from(BODIES),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), st.sampled_from(PIECES)), max_size=3),
    st.frozensets(st.sampled_from(["total_cost", "kwh", "x", "a", "b"]), max_size=2),
)
@settings(max_examples=500, deadline=None)
def test_text_is_read_in_part_exactly_when_it_can_be_read_in_full(
    body: bytes, edits: list[tuple[int, int, bytes]], looked: frozenset[str]
) -> None:
    for place, cut, piece in edits:
        body = body[:place] + piece + body[place + cut :]
    for read, text in ((read_object, body), (read_page, b"[" + body + b"," + body + b"]")):
        assert outcome(partial(_read, read, text, looked)) == outcome(partial(_read, read, text, None))


def _read(read: Callable[[bytes, Looked], Any], text: bytes, looked: Looked) -> Converted[Any]:
    return Converted(read(text, looked))


@pytest.mark.parametrize("number", [b"1e99999999999999999999", b"1E-999999999999999999999", LONG])
@pytest.mark.parametrize("place", [b'{"x":%s}', b'{"x":[{"y":%s}]}', b'{"total_cost":{"excl_vat":%s}}'])
def test_number_out_of_all_bounds_is_refused_wherever_it_stands(number: bytes, place: bytes) -> None:
    body = place % number
    for versions in (Versions(V.V2_2_1, V.V2_3_0), Versions(V.V2_3_0, V.V2_2_1)):
        with pytest.raises((ConversionRefused, InvalidParameters)):
            convert_request_body(body, Contents(request=ObjectKind.SESSION), versions)


def test_what_no_rule_looks_at_keeps_its_bytes() -> None:
    body = b'{"kwh" :1.50e1 , "x": { "a" : [ 1.0 , "\\u0041" ] }, "total_cost": {"excl_vat": 1}}'
    converted = convert_request_body(body, Contents(request=ObjectKind.SESSION), Versions(V.V2_2_1, V.V2_3_0))
    assert converted.value == (
        b'{"kwh":1.50e1,"x":{ "a" : [ 1.0 , "\\u0041" ] },"total_cost":{"before_taxes":1}}'
    )


def test_name_given_twice_is_sent_once_and_converted() -> None:
    body = b'{"total_cost": {"excl_vat": 1}, "a": 1, "total\\u005fcost": {"excl_vat": 2}, "a": 2}'
    converted = convert_request_body(body, Contents(request=ObjectKind.SESSION), Versions(V.V2_2_1, V.V2_3_0))
    assert converted.value == b'{"total_cost":{"before_taxes":2},"a":2}'


def test_sessions_and_cdrs_of_2_2_and_later_are_read_in_part() -> None:
    later = [version for version in V if version is not V.V2_1_1]
    for kind in (ObjectKind.SESSION, ObjectKind.CDR, ObjectKind.START_SESSION):
        for source, target in PAIRS:
            told = passage(kind, source, target).looked_at is not None
            assert told == (source in later and target in later), (kind, source, target)


def _never(*_: object) -> NoReturn:
    raise AssertionError("this conversion needs nothing but the document")


ASKED_NOTHING = Context(
    tokens_of_contract=_never,
    location_by_id=_never,
    tariff_by_id=_never,
    alias=_never,
    reservation_number=_never,
    reservation_id=_never,
    time_zone=_never,
    authorization_reference=_never,
    strict=Strictness(closed_enums=True),
)


@given(
    st.sampled_from([pair for pair in PAIRS if stands_alone(*pair)]),
    st.sampled_from(list(ObjectKind)),
    some_objects,
)
@settings(max_examples=150, deadline=None)
def test_conversion_that_stands_alone_asks_nothing(
    pair: tuple[VersionNumber, VersionNumber], kind: ObjectKind, value: dict[str, Any]
) -> None:
    alone = Context(strict=ASKED_NOTHING.strict)
    assert outcome(lambda: convert(kind, value, *pair, ASKED_NOTHING)) == outcome(
        lambda: convert(kind, value, *pair, alone)
    )


def test_only_2_3_0_and_2_2_1_stand_alone() -> None:
    assert {pair for pair in PAIRS if stands_alone(*pair)} == {(V.V2_2_1, V.V2_3_0), (V.V2_3_0, V.V2_2_1)}
