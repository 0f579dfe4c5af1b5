"""What is taken out of a document of 2.2.1 before it goes to a 2.1.1 peer that accepts nothing else.

Applied to the document as it came, so that what it reports points there.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import get_args, get_type_hints, is_typeddict

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Context, Strictness
from ocn.conversion.objects import JsonObject, JsonValue
from ocn.conversion.shapes import Rule

_FRACTION = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\.[0-9]+(Z?)")
_NO_ACCENT = str.maketrans(
    {
        "ß": "ss",
        "Æ": "AE",
        "æ": "ae",
        "Ø": "O",
        "ø": "o",
        "Œ": "OE",
        "œ": "oe",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "ð": "d",
        "Þ": "Th",
        "þ": "th",
        "ı": "i",
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "€": "EUR",
        "\u00a0": " ",
    }
)
"""Letters and signs that are not a plain one with something added."""


def plainly(shape: type, rule: Rule) -> Rule:
    """Make a rule that first takes out what the peer rejects; ``shape`` is the TypedDict of 2.2.1."""

    def strict_rule(value: JsonObject, report: Report, context: Context) -> JsonObject:
        return rule(made_plain(value, shape, report, context.strict), report, context)

    return strict_rule


def made_plain(value: JsonObject, shape: type, report: Report, strict: Strictness) -> JsonObject:
    """Return the object without unknown members, fractions of seconds and characters beyond ASCII.

    Each only if the peer rejects it; the object itself if it rejects none of them.
    """
    if not (strict.ascii_only or strict.no_fractions or strict.known_members_only):
        return value
    return _object(value, shape, "", report, strict)


def _object(value: JsonObject, shape: type | None, at: str, report: Report, strict: Strictness) -> JsonObject:
    members = _members(shape) if shape is not None and strict.known_members_only else None
    result: JsonObject = {}
    for name, member in value.items():
        here = at + pointer_to(name)
        if members is not None and name not in members:
            report.dropped(here, "no member of OCPI 2.2.1; the receiver rejects others")
        else:
            result[name] = _value(member, members[name] if members else None, here, report, strict)
    return result


def _value(value: JsonValue, shape: type | None, at: str, report: Report, strict: Strictness) -> JsonValue:
    if type(value) is str:
        return _text(value, at, report, strict)
    if type(value) is dict:
        return _object(value, shape, at, report, strict)
    if type(value) is list:
        return [_value(item, shape, f"{at}/{index}", report, strict) for index, item in enumerate(value)]
    return value


def _text(text: str, at: str, report: Report, strict: Strictness) -> str:
    if strict.no_fractions and (moment := _FRACTION.fullmatch(text)) is not None:
        report.dropped(at, "fraction of a second: the receiver rejects it")
        return moment[1] + moment[2]
    if strict.ascii_only and not text.isascii():
        report.dropped(at, "transliterated: the receiver takes ASCII only")
        return transliterated(text)
    return text


def transliterated(text: str) -> str:
    """Write a text in ASCII: accents are left off, what has no such form becomes ``?``."""
    plain = unicodedata.normalize("NFKD", text.translate(_NO_ACCENT))
    return "".join(
        letter if letter.isascii() else "?" for letter in plain if not unicodedata.combining(letter)
    )


@cache
def _members(shape: type) -> Mapping[str, type | None]:
    """Return the members of a TypedDict, each with the TypedDict that it, or each of its list, holds."""
    return {name: _class_of(hint) for name, hint in get_type_hints(shape).items()}


def _class_of(hint: object) -> type | None:
    if isinstance(hint, type) and is_typeddict(hint):
        return hint
    return next((found for part in get_args(hint) if (found := _class_of(part)) is not None), None)
