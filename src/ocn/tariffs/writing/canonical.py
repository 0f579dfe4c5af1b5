"""One spelling for JSON: the bytes that are hashed, the same wherever they are written.

As RFC 8785: no spaces, members in the order of their UTF-16 code units, only the escapes that JSON demands,
UTF-8. Numbers are written by their value in plain decimals without trailing zeros, since a number of OCPI is
a decimal and not the double that the RFC has in mind: 5, 5.0 and 5.00 are one number.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Final, TypeAlias

from ocn.tariffs.errors import JsonUnreadable

MOST_ZEROS: Final = 100
"""Beyond that a number has an exponent: one of a few bytes must not become one of megabytes."""

Canonical: TypeAlias = "bool | int | Decimal | str | Sequence[Canonical] | Mapping[str, Canonical] | None"


def canonical_json(value: Canonical) -> bytes:
    """Write a value that a reader of this room accepted, so that sizes are bounded.

    Raises:
        JsonUnreadable: somewhere in it is a float, NaN or another thing that JSON does not have.
    """
    return _text(value).encode("utf-8", "surrogatepass")


def canonical_hash(value: Canonical) -> bytes:
    """Return the SHA-256 of :func:`canonical_json`, 32 bytes."""
    return sha256(canonical_json(value)).digest()


def _text(value: Canonical) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_text(name)}:{_text(member)}" for name, member in members) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(_text(item) for item in value) + "]"
    raise _no_json(value)


def _no_json(value: object) -> JsonUnreadable:
    return JsonUnreadable(
        f"a {type(value).__name__} that is no number of JSON, {str(value)[:20]}",
        hint="Decode JSON with ocn.tariffs.decode: a float has lost its digits, and NaN is no number.",
    )


def _number(value: int | Decimal) -> str:
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        raise _no_json(value)
    text = "".join(map(str, digits)).lstrip("0")
    exponent += len(text) - len(text.rstrip("0"))
    text = text.rstrip("0")
    if not text:
        return "0"
    if not -MOST_ZEROS <= exponent <= MOST_ZEROS:
        text = f"{text}e{exponent}"
    elif exponent >= 0:
        text += "0" * exponent
    else:
        text = text.rjust(1 - exponent, "0")
        text = f"{text[:exponent]}.{text[exponent:]}"
    return f"-{text}" if sign else text
