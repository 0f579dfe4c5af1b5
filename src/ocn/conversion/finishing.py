"""The last touch for a strict peer: ASCII, no fractions of a second, no members its version lacks."""

import re
import unicodedata
from types import MappingProxyType

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Strictness
from ocn.conversion.known_members import MEMBERS_OF, Members
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.refusals import ConversionRefused
from ocn.ocpi.versions import VersionNumber

MAX_DEPTH = 64
"""How deep a document may nest that is looked at from end to end; OCPI's own objects nest 8 deep."""

_FRACTION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+(Z?)")
_LETTERS = MappingProxyType(
    str.maketrans(
        {"ß": "ss", "æ": "ae", "ø": "o", "å": "a", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th"}
        | {"Æ": "AE", "Ø": "O", "Å": "A", "Œ": "OE", "Đ": "D", "Ð": "D", "Ł": "L", "Þ": "Th"}
        | {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "€": "EUR"}
    )
)
"""Letters that do not fall apart into an ASCII letter and an accent."""


def finish(
    kind: ObjectKind, value: JsonObject, report: Report, target: VersionNumber, strict: Strictness
) -> JsonObject:
    """Return what the strict peer accepts of a converted object; the object itself for any other peer.

    Changes are reported in the document of the target version.
    """
    if not strict.looks_at_everything:
        return value
    report.step(target, target)
    members = MEMBERS_OF.get(target, {}).get(kind) if strict.known_members_only else None
    return _object(value, "", report, strict, members, 0)


def _object(
    value: JsonObject, pointer: str, report: Report, strict: Strictness, members: Members | None, depth: int
) -> JsonObject:
    result: JsonObject = {}
    for name, inner in value.items():
        place = pointer + pointer_to(name)
        if members is not None and name not in members:
            report.dropped(place, "no member of the receiver's version")
            continue
        result[name] = _any(
            inner, place, report, strict, members[name] if members is not None else None, depth
        )
    return result


def _any(
    value: JsonValue, pointer: str, report: Report, strict: Strictness, members: Members | None, depth: int
) -> JsonValue:
    if type(value) is str:
        return _text(value, pointer, report, strict)
    if depth >= MAX_DEPTH and type(value) in (dict, list):
        raise ConversionRefused(f"nested more than {MAX_DEPTH} deep", pointer)
    if type(value) is dict:
        return _object(value, pointer, report, strict, members, depth + 1)
    if type(value) is list:
        return [
            _any(inner, f"{pointer}/{index}", report, strict, members, depth + 1)
            for index, inner in enumerate(value)
        ]
    return value


def _text(text: str, pointer: str, report: Report, strict: Strictness) -> str:
    if strict.no_fractions and (moment := _FRACTION.fullmatch(text)):
        report.dropped(pointer, "fraction of a second")
        text = moment[1] + moment[2]
    if strict.ascii_only and not text.isascii():
        report.dropped(pointer, "characters beyond ASCII")
        plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(
            letter if letter.isascii() else "?" for letter in plain if not unicodedata.combining(letter)
        )
    return text
