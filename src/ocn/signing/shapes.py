"""Bodies of a known shape: the signed text taken from the bytes, without reading the JSON.

A party's back end writes the same members, in the same order and spacing, for ever; only values differ.
A body that was read and verified once teaches its shape: cut at its quotation marks it is a list of pieces,
of which some are signed values and all others are fixed. Another body of that shape is cut the same way, the
fixed pieces are compared, and the values joined are the text that was signed.

A shape never accepts what reading would refuse. It knows bodies without escapes and control characters
alone, and numbers as JavaScript would write them; since every member's name is fixed, no member can be added,
repeated or moved. Whatever does not fit is read as usual.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, Final

from ocn.signing.errors import Unsignable
from ocn.signing.json_values import JsonValue
from ocn.signing.message import walk

_WHOLE: Final = rb"-?[1-9][0-9]{0,14}|0"
_FRACTION: Final = rb"-?(?:[1-9][0-9]{0,8}|0)\.[0-9]{0,5}[1-9]"
_AS_JAVASCRIPT_WRITES: Final = rb"true|false|%b|%b" % (_FRACTION, _WHOLE)
_UNQUOTED_SCALAR: Final = re.compile(rb"true|false|[0-9+-][0-9.eE+-]*")
_NO_CONTROL: Final = bytes(range(0x20, 0x100))
_STRING: Final = rb'([^"]++)'
_MOST_BYTES: Final = 64 * 1024
_COMPILED_AFTER: Final = 64
_COMPILED_BYTES: Final = 8 * 1024
"""To compile a shape takes 2 µs a byte, to cut a body 10 ns: done for shapes that are in use alone, so who
sends another shape with every message wins nothing by it, and no message waits for it long."""
_BODY: Final = "$['body']"

_Pieces = list[bytes]


class Shape:
    """How the bodies of one kind are cut: fixed pieces, and where the values stand in document order."""

    def __init__(self, pieces: _Pieces, values: list[int], numbers: "dict[int, re.Match[bytes]]") -> None:
        variable = set(values)
        fixed = [index for index in range(len(pieces)) if index not in variable]
        self._count = len(pieces)
        self._fixed_at = _picker(fixed)
        self._fixed = self._fixed_at(pieces)
        self._values_at = _picker(values)
        self._numbers = tuple((index, re.compile(_around(scalar))) for index, scalar in numbers.items())
        self._pieces = pieces
        self._strings = variable - numbers.keys()
        self._fits = 0
        self._whole: re.Pattern[bytes] | None = None

    def text_of(self, body: bytes) -> bytes | None:
        """Return the signed values joined, or None when the body must be read."""
        if b"\\" in body:
            return None
        if self._whole is None:
            text = self._cut(body)
        else:
            found = self._whole.fullmatch(body)
            text = b"".join(found.groups()) if found is not None else None
        if text is None or text.translate(None, _NO_CONTROL):
            return None
        return text if text.isascii() or _is_unicode(text) else None

    def _cut(self, body: bytes) -> bytes | None:
        pieces = body.split(b'"')
        if len(pieces) != self._count or self._fixed_at(pieces) != self._fixed:
            return None
        for index, pattern in self._numbers:
            found = pattern.fullmatch(pieces[index])
            if found is None:
                return None
            pieces[index] = found[1]
        values = self._values_at(pieces)
        if not all(values):
            return None
        self._count_fit(len(body))
        return b"".join(values)

    def _count_fit(self, size: int) -> None:
        """Compile the shape when it has fitted often: one expression then does all of the cutting."""
        self._fits += 1
        if self._fits == _COMPILED_AFTER and size <= _COMPILED_BYTES:
            numbers = {index: pattern.pattern for index, pattern in self._numbers}
            self._whole = re.compile(
                b'"'.join(
                    _STRING if index in self._strings else numbers.get(index) or re.escape(piece)
                    for index, piece in enumerate(self._pieces)
                )
            )


class Shapes:
    """Shapes that were learned, by signer and signed fields; the oldest go when there are too many."""

    def __init__(self, most: int = 512) -> None:
        self._most = most
        self._shapes: OrderedDict[tuple[str, tuple[str, ...]], Shape | None] = OrderedDict()

    def text_of(self, signatory: str, fields: tuple[str, ...], body: bytes) -> bytes | None:
        """Return the signed text of a body, or None when it must be read."""
        shape = self._shapes.get((signatory, fields))
        return shape.text_of(body) if shape is not None else None

    def learn(self, signatory: str, fields: tuple[str, ...], body: bytes, value: JsonValue) -> None:
        """Learn from a body that was read as ``value`` and verified; the first of a kind is what counts."""
        key = (signatory, fields)
        if key in self._shapes:
            return
        self._shapes[key] = shape_of(fields, body, value)
        if len(self._shapes) > self._most:
            self._shapes.popitem(last=False)


def shape_of(fields: tuple[str, ...], body: bytes, value: JsonValue) -> Shape | None:
    """Cut a body at its quotation marks; None when its signed values cannot be told from the pieces.

    ``fields`` are the signature's, in lower case; ``value`` is what the body was read as.
    """
    if len(body) > _MOST_BYTES or b"\\" in body:
        return None
    try:
        signed, _ = walk({"body": value})
    except Unsignable:
        return None
    if signed != [field for field in fields if field.startswith(_BODY)]:
        return None
    pieces = body.split(b'"')
    values: list[int] = []
    numbers: dict[int, re.Match[bytes]] = {}
    for index, scalar in _signed(pieces):
        if scalar is not None:
            if index in numbers:
                return None  # several between two quotation marks, as in an array of numbers
            numbers[index] = scalar
        values.append(index)
    return Shape(pieces, values, numbers) if len(values) == len(signed) else None


def _signed(pieces: _Pieces) -> "Iterator[tuple[int, re.Match[bytes] | None]]":
    """Locate signed values in document order: strings between quotation marks, the rest outside of them."""
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            for scalar in _UNQUOTED_SCALAR.finditer(piece):
                yield index, scalar
        elif piece and not pieces[index + 1].lstrip().startswith(b":"):
            yield index, None


def _is_unicode(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _around(scalar: "re.Match[bytes]") -> bytes:
    """Return the expression of a piece with a number, true or false in it."""
    before, after = scalar.string[: scalar.start()], scalar.string[scalar.end() :]
    return b"%b(%b)%b" % (re.escape(before), _AS_JAVASCRIPT_WRITES, re.escape(after))


def _picker(indexes: list[int]) -> Callable[[_Pieces], Any]:
    """Return what picks pieces as a tuple, however many they are."""
    if len(indexes) < 2:
        return lambda pieces: tuple(pieces[index] for index in indexes)
    return itemgetter(*indexes)
