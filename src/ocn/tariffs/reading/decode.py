"""JSON text to values, when nobody has decoded it yet: digits kept, and bounds before memory is spent."""

import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

from ocn.tariffs.errors import JsonUnreadable
from ocn.tariffs.json_values import JsonObject, JsonValue

MAX_DOCUMENT_BYTES: Final = 8_000_000
MAX_DEPTH: Final = 64
MAX_DIGITS: Final = 100

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def decode(text: str | bytes) -> JsonValue:
    """Decode JSON with every fraction as a Decimal of the digits it was written with.

    Raises:
        JsonUnreadable: not JSON or not UTF-8; a member stands twice in an object; NaN or Infinity; more than
            ``MAX_DOCUMENT_BYTES``, ``MAX_DEPTH`` or ``MAX_DIGITS``.
    """
    text = _text(text)
    _check_depth(text)
    try:
        return _DECODER.decode(text)  # type: ignore[no-any-return]  # json's decoder is untyped
    except json.JSONDecodeError as error:
        raise JsonUnreadable(
            f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}",
            hint="Check that the file is complete and is JSON text.",
        ) from error


def _text(text: str | bytes) -> str:
    if len(text) > MAX_DOCUMENT_BYTES:
        raise JsonUnreadable(
            f"{len(text):,} bytes are more than the {MAX_DOCUMENT_BYTES:,} that are read",
            hint="A CDR or a list of tariffs is a few kilobytes; hand in one object at a time.",
        )
    try:
        return text if isinstance(text, str) else text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonUnreadable("the text is not UTF-8", hint="OCPI demands UTF-8.") from error


def _check_depth(text: str) -> None:
    depth = 0
    for match in _TOKENS.finditer(text):
        token = match[0]
        if token in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                raise JsonUnreadable(
                    f"objects and lists nest deeper than {MAX_DEPTH}",
                    hint="No OCPI object nests deeper than 10.",
                )
        elif token in ("]", "}"):
            depth -= 1


def _unique(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonUnreadable(
            f"the member {twice[:40]!r} stands twice in one object",
            hint="Two readers could take different ones; ask the sender which one holds.",
        )
    return result


def _number(digits: str) -> Decimal:
    _check_digits(digits)
    return Decimal(digits)


def _integer(digits: str) -> int:
    _check_digits(digits)
    return int(digits)


def _check_digits(digits: str) -> None:
    if len(digits) > MAX_DIGITS:
        raise JsonUnreadable(f"a number of {len(digits):,} digits ({digits[:20]}...)", hint="Round it.")


def _no_constant(name: str) -> NoReturn:
    raise JsonUnreadable(f"{name} is no number in JSON", hint="Leave the member out where no value is known.")


_DECODER: Final[Any] = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_number, parse_int=_integer, parse_constant=_no_constant
)
