"""JSON read without losing anything that a signature depends on.

Numbers keep their text, members their order; a member given twice, a lone surrogate, ``NaN``, and nesting or
size beyond the limits are refused. The standard library's scanner alone reports repeated members; plain JSON
is read by msgspec in half the time and written again, which shows whether a member was dropped.
"""

import json
from typing import NoReturn, TypeAlias

import msgspec

from ocn.signing.errors import JsonInvalid

MAX_JSON_BYTES = 4 * 1024 * 1024
MAX_NESTING = 64
MAX_NUMBER_LENGTH = 4300
"""Python's own bound on the digits of an integer."""


class NumberLiteral(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A JSON number as it was written: ``1``, ``1.0`` and ``1.00`` are three values."""

    text: str


JsonValue: TypeAlias = bool | str | int | NumberLiteral | list["JsonValue"] | dict[str, "JsonValue"] | None


def parse_json(data: bytes, *, max_bytes: int = MAX_JSON_BYTES) -> JsonValue:
    """Read JSON; numbers come back as :class:`NumberLiteral`, or as ``int`` where that loses nothing.

    Raises:
        JsonInvalid: not UTF-8 JSON, a repeated member, or more than a limit allows.
    """
    if len(data) > max_bytes:
        raise JsonInvalid(f"JSON of {len(data)} bytes is over the limit of {max_bytes}")
    if b"\\" not in data:
        quick = _read_quickly(data)
        if quick is not None:
            return quick
    try:
        text = data.decode()
        value: JsonValue = _DECODER.decode(text)
    except RecursionError:
        raise JsonInvalid(f"JSON is nested deeper than {MAX_NESTING} levels") from None
    except ValueError as error:
        raise JsonInvalid(f"not JSON: {error}") from error
    if text.count("[") + text.count("{") > MAX_NESTING:
        require_shallow(value)
    if "\\" in text:
        encode_json(value)  # escapes are the only way for half a surrogate pair to enter
    return value


def _read_quickly(data: bytes) -> JsonValue:
    """Read by msgspec, which keeps the last of two members of one name, and count: None when unsure.

    Every member has one colon, every negative number one minus. Without escapes, writing the value again
    brings back all of them, and those within strings, unless a member was dropped or an ``int`` was ``-0``.
    """
    try:
        value: JsonValue = _QUICK.decode(data)
        written = _ENCODER.encode(value)
    except (msgspec.DecodeError, UnicodeEncodeError, ValueError, RecursionError):
        return None
    if data.count(b":") != written.count(b":") or data.count(b"-") != written.count(b"-"):
        return None
    return value if _is_shallow(data) else None


def _is_shallow(data: bytes) -> bool:
    """Whether the brackets of a text, those in strings too, cancel out level by level within the limit."""
    brackets = data.translate(_ONE_KIND, _NO_BRACKETS)
    for _ in range(MAX_NESTING):
        if not brackets:
            return True
        brackets = brackets.replace(b"[]", b"")
    return not brackets


def encode_json(value: JsonValue) -> bytes:
    """Write a value compactly, numbers as they were read.

    Raises:
        JsonInvalid: a string is not Unicode (half a surrogate pair), or the value is not JSON.
    """
    try:
        return _ENCODER.encode(_raw_numbers(value))
    except (UnicodeEncodeError, TypeError, RecursionError) as error:
        raise JsonInvalid(f"cannot be written as JSON: {error}") from error


def require_shallow(value: JsonValue) -> None:
    """Raise JsonInvalid if the value is nested deeper than :data:`MAX_NESTING`."""
    level: list[JsonValue] = [value]
    for _ in range(MAX_NESTING):
        inner: list[JsonValue] = []
        for item in level:
            if type(item) is dict:
                inner += [member for member in item.values() if type(member) in _CONTAINERS]
            elif type(item) is list:
                inner += [element for element in item if type(element) in _CONTAINERS]
        if not inner:
            return
        level = inner
    raise JsonInvalid(f"JSON is nested deeper than {MAX_NESTING} levels")


def number_literal(text: str) -> NumberLiteral:
    """Keep a number as written. ValueError: it is longer than any honest one."""
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"a number of {len(text)} characters")
    return NumberLiteral(text)


def _raw_numbers(value: JsonValue) -> object:
    """Replace number literals by bytes that msgspec writes as they stand."""
    if type(value) is NumberLiteral:
        return msgspec.Raw(value.text.encode())
    if type(value) is dict:
        return {name: _raw_numbers(member) for name, member in value.items()}
    if type(value) is list:
        return [_raw_numbers(element) for element in value]
    return value


def _members(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice in one object")
    return members


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_int=number_literal,
    parse_float=number_literal,
    parse_constant=_no_constant,
)
_CONTAINERS = (dict, list)
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes({*range(256)} - set(b"[]{}"))
_QUICK = msgspec.json.Decoder(float_hook=NumberLiteral)
_ENCODER = msgspec.json.Encoder()
