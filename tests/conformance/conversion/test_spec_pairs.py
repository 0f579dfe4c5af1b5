"""The specification's examples come in pairs: one file, the same object, in two versions.

Converting one must give the other wherever the texts say the same; where their authors changed the story,
the difference stands below as data, with its reason.
"""

import json
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from ocn.conversion import (
    Contents,
    Loss,
    ObjectKind,
    Versions,
    convert,
    convert_answer_body,
    convert_list,
    convert_patch,
    convert_request_body,
)
from ocn.ocpi.versions import VersionNumber

EXAMPLES = Path(os.environ.get("OCN_OCPI_EXAMPLES", Path(__file__).parents[4] / "shared" / "ocpi-examples"))
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason=f"no OCPI examples at {EXAMPLES}; set OCN_OCPI_EXAMPLES"
)

# The first pattern that fits says what a file holds; a PATCH may hold parts of an object.
HOLDS: tuple[tuple[str, str], ...] = (
    (r"cdr_example", "cdr"),
    (r"location_patch_example_(status|remove_evse)", "PATCH evse"),
    (r"location_patch_example_tariff", "PATCH connector"),
    (r"location_put_example_add_evse", "evse"),
    (r"location_example", "location"),
    (r"location_", "PATCH location"),
    (r"session_patch_", "PATCH session"),
    (r"session_example", "session"),
    (r"tariff", "tariff"),
    (r"token_patch_", "PATCH token"),
    (r"token_", "token"),
    (r"transport_and_format_get_token_list", "page of token"),
    (r"transport_and_format_get_token", "answer token"),
    # Never relayed, so never converted: credentials and versions; a text in a language has no versions.
    (r"(credentials|version|versions|transport_and_format_version)_|type_displaytext", ""),
)


def holds(stem: str) -> str:
    return next(kind for pattern, kind in HOLDS if re.match(pattern, stem))


class Story(NamedTuple):
    """Where the two files of a pair do not say the same."""

    reason: str
    told_anew: frozenset[str] = frozenset()
    """Seen whichever of the two is converted."""
    newer_only: frozenset[str] = frozenset()
    """Seen when the older one is converted: it cannot know."""


def story(reason: str, *, told_anew: str = "", newer_only: str = "") -> Story:
    return Story(reason, frozenset(told_anew.split()), frozenset(newer_only.split()))


STORIES_2_3_0: Mapping[str, Story] = MappingProxyType(
    {
        "cdr_example": story(
            "moved from 2015 to 2024; its tariff lacks the tax_included that 2.3.0 requires",
            told_anew="/start_date_time /end_date_time /last_updated /charging_periods/0/start_date_time"
            " /tariffs/0/last_updated",
            newer_only="/tariffs/0/tax_included",
        ),
        "location_example": story(
            "a garage now, with parking places",
            told_anew="/parking_type",
            newer_only="/parking_places /evses/0/parking /evses/1/parking",
        ),
        "location_example_parking_garage_opening_hours": story(
            "parking places added", newer_only="/parking_places /evses/0/parking"
        ),
    }
)
_OWNER = "/cdr_token/country_code /cdr_token/party_id"
STORIES_2_2_1: Mapping[str, Story] = MappingProxyType(
    {
        "cdr_example": story("2.2 does not say whose token it is", newer_only=_OWNER),
        "session_example_1_simple_start": story("2.2 does not say whose token it is", newer_only=_OWNER),
        "session_example_2_short_finished": story(
            "2.2 does not say whose token it is; the energy was corrected",
            told_anew="/kwh",
            newer_only=_OWNER,
        ),
    }
)
VERSIONS_OF_PAIR = (
    ("2.2.1", "2.3.0", STORIES_2_3_0),
    ("2.3.0", "2.2.1", STORIES_2_3_0),
    ("2.2", "2.2.1", STORIES_2_2_1),
    ("2.2.1", "2.2", STORIES_2_2_1),
)
PAIRS = [
    pytest.param(path.stem, source, target, stories.get(path.stem), id=f"{path.stem}-{source}-{target}")
    for source, target, stories in VERSIONS_OF_PAIR
    for path in sorted((EXAMPLES / source).glob("*.json"))
    if holds(path.stem) and (EXAMPLES / target / path.name).exists()
]


def read(version: str, stem: str) -> Any:
    text = (EXAMPLES / version / f"{stem}.json").read_bytes()
    return json.loads(text, parse_float=Decimal)


def differences(one: Any, other: Any, pointer: str = "") -> set[str]:
    """Pointers to all that is not the same in both."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            found
            for name in one.keys() | other.keys()
            for found in differences(one.get(name), other.get(name), f"{pointer}/{name}")
        }
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return {
            found
            for index, (left, right) in enumerate(zip(one, other, strict=True))
            for found in differences(left, right, f"{pointer}/{index}")
        }
    return set() if one == other else {pointer}


def converted(stem: str, source: str, target: str) -> tuple[Any, list[Loss]]:
    kind, value = holds(stem), read(source, stem)
    versions = VersionNumber(source), VersionNumber(target)
    if kind.startswith("PATCH "):
        result: Any = convert_patch(ObjectKind(kind.removeprefix("PATCH ")), value, *versions)
    elif kind.startswith("page of "):
        result = convert_list(ObjectKind(kind.removeprefix("page of ")), value["data"], *versions)
        return {**value, "data": result.value}, [change.loss for change in result.changes]
    elif kind.startswith("answer "):
        result = convert(ObjectKind(kind.removeprefix("answer ")), value["data"], *versions)
        return {**value, "data": result.value}, [change.loss for change in result.changes]
    else:
        result = convert(ObjectKind(kind), value, *versions)
    return result.value, [change.loss for change in result.changes]


@pytest.mark.parametrize(("stem", "source", "target", "told"), PAIRS)
def test_example_of_one_version_becomes_that_of_the_other(
    stem: str, source: str, target: str, told: Story | None
) -> None:
    value, losses = converted(stem, source, target)
    expected = (told.told_anew | (told.newer_only if source < target else set())) if told else set()
    assert differences(value, read(target, stem)) == expected
    assert Loss.MEANING_CHANGED not in losses


def converted_bytes(stem: str, source: str, target: str) -> Any:
    kind, body = holds(stem), (EXAMPLES / source / f"{stem}.json").read_bytes()
    named = ObjectKind(kind.rpartition(" ")[2])
    versions = Versions(VersionNumber(source), VersionNumber(target))
    if kind.startswith(("page", "answer")):
        contents = Contents(answer=named, page=kind.startswith("page"))
        return convert_answer_body(body, contents, versions).value
    return convert_request_body(body, Contents(named, patch=kind.startswith("PATCH")), versions).value


@pytest.mark.parametrize(("stem", "source", "target", "told"), PAIRS)
def test_bytes_of_an_example_become_what_its_values_become(
    stem: str, source: str, target: str, told: Story | None
) -> None:
    value, _ = converted(stem, source, target)
    assert json.loads(converted_bytes(stem, source, target), parse_float=Decimal) == value, told


@pytest.mark.parametrize(("source", "target"), [("2.2.1", "2.3.0"), ("2.2", "2.2.1")])
def test_example_there_and_back_is_the_example(source: str, target: str) -> None:
    for path in sorted((EXAMPLES / source).glob("*.json")):
        kind = holds(path.stem)
        if not kind or " " in kind:
            continue
        original = read(source, path.stem)
        there = convert(ObjectKind(kind), original, VersionNumber(source), VersionNumber(target))
        back = convert(ObjectKind(kind), there.value, VersionNumber(target), VersionNumber(source))
        assert back.value == original, path.stem
        assert back.lossless, path.stem


def test_all_59_pairs_of_2_2_1_and_2_3_0_are_here() -> None:
    names = {path.stem for path in (EXAMPLES / "2.2.1").glob("*.json")}
    assert len(names & {path.stem for path in (EXAMPLES / "2.3.0").glob("*.json")}) == 59
    never_converted = {name for name in names if not holds(name)}
    assert len(never_converted) == 10  # credentials, versions, and a text in a language
    assert {
        pair.values[0] for pair in PAIRS if pair.values[1:3] == ("2.2.1", "2.3.0")
    } == names - never_converted
