"""What holds of every document, misshapen and hostile ones included."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocn.conversion import (
    Context,
    ConversionRefused,
    Converted,
    JsonObject,
    JsonValue,
    Loss,
    NeedsWholeObject,
    ObjectKind,
    Strictness,
    convert,
    convert_patch,
)
from ocn.conversion.changes import pointer_to
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
_FILES = ("locations", "tariffs", "tokens", "sessions", "cdrs", "commands")
_VECTORS: list[dict[str, Any]] = [
    vector
    for name in _FILES
    for vector in json.loads(
        (Path(__file__).parent / "vectors" / f"{name}.json").read_text(), parse_float=Decimal
    )
]


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _names(inner)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _words(inner)


_DOCUMENTS = [vector[side] for vector in _VECTORS for side in ("value", "becomes") if side in vector]
_MEMBERS = sorted({name for document in _DOCUMENTS for name in _names(document)})
_TEXTS = sorted({word for document in _DOCUMENTS for word in _words(document)})
_SAID_ELSEWHERE = ("/country_code", "/party_id", "/publish")
"""In the address, or by being sent at all."""
_UNIQUE = "(to be numbered)"

scalars = st.one_of(
    st.just(_UNIQUE),
    st.sampled_from(_TEXTS),
    st.sampled_from([None, True, False, 0, -1, 10**40, Decimal("0.10"), Decimal("1E+999"), ""]),
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=6)
    ),
    max_leaves=12,
)


def _names_of(way: str) -> list[str]:
    """The members of the version from which this way leads, and one that nobody knows."""
    sides = [
        vector["value" if vector["way"] == way else "becomes"] for vector in _VECTORS if "becomes" in vector
    ]
    return sorted({"x_ours", *(name for document in sides for name in _names(document))})


_NAMES = {way: _names_of(way) for way in ("up", "down")}


@st.composite
def documents(draw: st.DrawFn, *, of_its_version: bool = False) -> tuple[ObjectKind, str, JsonObject]:
    """One of the vectors, some of whose members are replaced, taken away or added anywhere in it."""
    vector = draw(st.sampled_from(_VECTORS))
    value: JsonObject = deepcopy(vector["value"])
    names, parts = (_NAMES[vector["way"]], scalars) if of_its_version else (_MEMBERS, trees)
    for _ in range(draw(st.integers(0, 4))):
        place: Any = value
        while draw(st.booleans()):
            inner = place.values() if isinstance(place, dict) else place
            containers = [one for one in inner if isinstance(one, dict | list) and one]
            if not containers:
                break
            place = draw(st.sampled_from(containers))
        if isinstance(place, list):
            place[draw(st.integers(0, len(place) - 1))] = draw(parts)
        elif draw(st.booleans()) and place:
            del place[draw(st.sampled_from(sorted(place)))]
        else:
            place[draw(st.sampled_from(names))] = draw(parts)
    return ObjectKind(vector["kind"]), vector["way"], _numbered(value)


def _numbered(value: JsonObject) -> JsonObject:
    """Give every anonymous text a name of its own, by which it is found again."""
    count = iter(range(10**6))

    def inner(one: JsonValue) -> JsonValue:
        if one == _UNIQUE:
            return f"leaf {next(count)}"
        if isinstance(one, dict):
            return {name: inner(member) for name, member in one.items()}
        return [inner(item) for item in one] if isinstance(one, list) else one

    return {name: inner(member) for name, member in value.items()}


def _leaves(value: JsonValue, pointer: str = "") -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, pointer + pointer_to(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{index}")
    elif value is not None:
        yield pointer, value


def _versions(way: str) -> tuple[V, V]:
    return (V.V2_1_1, V.V2_2_1) if way == "up" else (V.V2_2_1, V.V2_1_1)


def _attempt(
    kind: ObjectKind, value: JsonObject, source: V, target: V, context: Context
) -> Converted[JsonObject] | None:
    try:
        return convert(kind, value, source, target, context)
    except ConversionRefused:
        return None


@pytest.fixture(scope="module")
def knowing(world: Context) -> Context:
    """The world, with a location under every name and a number for every reservation."""
    assert world.location_by_id is not None
    location = world.location_by_id("LOC1")
    assert location is not None
    numbers: dict[str, int] = {}

    def number(identifier: str) -> int:
        plain = identifier.isdigit() and str(int(identifier)) == identifier
        return int(identifier) if plain else numbers.setdefault(identifier, 10**6 + len(numbers))

    return replace(
        world,
        location_by_id=lambda identifier: {**location, "id": identifier},
        reservation_number=number,
        reservation_id=lambda number: next((one for one, its in numbers.items() if its == number), None),
    )


_SETTINGS = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@_SETTINGS
@given(documents())
def test_hostile_document_loses_nothing_that_is_not_reported(
    knowing: Context, drawn: tuple[ObjectKind, str, JsonObject]
) -> None:
    kind, way, value = drawn
    converted = _attempt(kind, value, *_versions(way), knowing)
    if converted is None:
        return
    reported = {change.pointer for change in converted.changes}
    found = {str(leaf) for _, leaf in _leaves(converted.value)}
    for pointer, leaf in _leaves(value):
        if not isinstance(leaf, str) or not leaf.startswith("leaf ") or leaf in found:
            continue
        if way == "down" and pointer.endswith(_SAID_ELSEWHERE):
            continue
        assert any(pointer == one or pointer.startswith(one + "/") for one in reported), pointer


@_SETTINGS
@given(documents(of_its_version=True))
def test_document_there_and_back_is_the_same_wherever_no_loss_is_reported(
    knowing: Context, drawn: tuple[ObjectKind, str, JsonObject]
) -> None:
    kind, way, value = drawn
    source, target = _versions(way)
    there = _attempt(kind, value, source, target, knowing)
    back = _attempt(kind, there.value, target, source, knowing) if there is not None else None
    if there is None or back is None:
        return
    changes = (*there.changes, *back.changes)
    if any(change.loss is not Loss.SYNTHESISED for change in changes):
        return
    made = {change.pointer for change in changes}
    found = dict(_leaves(back.value))
    for pointer, leaf in _leaves(value):
        if not pointer.endswith(_SAID_ELSEWHERE):
            assert found.get(pointer) == leaf or any(pointer.startswith(one) for one in made), pointer


@_SETTINGS
@given(st.sampled_from(ObjectKind), st.booleans(), st.dictionaries(st.sampled_from(_MEMBERS), trees))
def test_anything_at_all_is_converted_or_refused(
    knowing: Context, kind: ObjectKind, upwards: bool, value: JsonObject
) -> None:
    way = _versions("up" if upwards else "down")
    strict = Strictness(closed_enums=True, ascii_only=True, no_fractions=True, known_members_only=True)
    for context in (knowing, replace(knowing, strict=strict), Context()):
        _attempt(kind, value, *way, context)
        try:
            convert_patch(kind, value, *way, context)
        except (ConversionRefused, NeedsWholeObject):
            continue
