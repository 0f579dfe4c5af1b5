"""Read bodies as far down as the rules look; what no rule looks at stays the bytes it came as.

Most members of a document are the same in both versions. To read them would only be to write them again, so
an object is read as its top-level members, and of these only the ones that some rule on the way looks at are
read further. The others are ``msgspec.Raw``: opaque to every rule, written out as they came, digits, spelling
and all. That they are JSON is checked all the same.
"""

from collections.abc import Collection
from decimal import MAX_EMAX, Decimal, DecimalException
from typing import TypeAlias, cast

import msgspec

from ocn.conversion.objects import JsonObject, JsonValue
from ocn.conversion.refusals import ConversionRefused
from ocn.ocpi.errors import OcpiError
from ocn.ocpi.unreadable import UNREADABLE

Looked: TypeAlias = frozenset[str] | None
"""The members that are looked at; None for all of them, all the way down."""

_WHOLE: msgspec.json.Decoder[JsonValue] = msgspec.json.Decoder(float_hook=Decimal)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PAGE = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG = b"0" * len(str(MAX_EMAX))
"""The shortest exponent that no Decimal has; whole numbers are refused when they are longer still."""
_STRIDE = 4
_LONG_SEEN = b"0" * (len(_LONG) // _STRIDE)
"""What is left of it if only every fourth byte is looked at, which finds none in moments: they have too many
colons and dashes."""


def read_whole(body: bytes | msgspec.Raw, fault: type[OcpiError] = ConversionRefused) -> JsonValue:
    """Read JSON all the way down.

    Raises:
        fault: it is no JSON.
        ConversionRefused: it cannot be read for what it holds: its numbers, or its depth.
    """
    try:
        return _WHOLE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise fault("the body is not JSON") from error
    except (DecimalException, RecursionError) as error:
        raise ConversionRefused("a number is out of all bounds, or the body nests too deep") from error


def read_object(body: bytes, looked: Looked, fault: type[OcpiError] = ConversionRefused) -> JsonValue:
    """Read an object as far as it is looked at. What is no object is read in full, for the caller to judge.

    Raises:
        fault, ConversionRefused: as :func:`read_whole`.
    """
    if looked is None or _may_be_out_of_bounds(body):
        return read_whole(body, fault)
    try:
        require_utf8(body)
        members = _OBJECT.decode(body)
    except UNREADABLE:
        return read_whole(body, fault)
    return _opened(members, looked)


def read_page(body: bytes, looked: Looked) -> JsonValue:
    """Read a list of objects as far as each is looked at; if not all are objects, all of it in full.

    Raises:
        ConversionRefused: as :func:`read_whole`.
    """
    if looked is None or _may_be_out_of_bounds(body):
        return read_whole(body)
    try:
        require_utf8(body)
        items = _PAGE.decode(body)
    except UNREADABLE:
        return read_whole(body)
    return [_opened(members, looked) for members in items]


def require_utf8(body: bytes) -> None:
    """Look at what the decoder does not: the text of strings that are not read further.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    if not body.isascii():
        body.decode()


def _opened(members: dict[str, msgspec.Raw], looked: Collection[str]) -> JsonObject:
    value = cast("JsonObject", members)
    for name in looked:
        if name in members:
            value[name] = read_whole(members[name])
    return value


def _may_be_out_of_bounds(body: bytes) -> bool:
    """Whether there may be a number that cannot be read, which only reading it can tell.

    Searched with ``find``: ``in`` first tries the bytes as a number and words its complaint, at ten times
    the price.
    """
    if body[::_STRIDE].translate(_DIGITS).find(_LONG_SEEN) < 0:
        return False
    return body.translate(_DIGITS).find(_LONG) >= 0
