"""Identifiers of 37 to 39 characters, written in the 36 that the other side of 2.1.1 allows, and read back.

2.1.1 allows 39 characters where its successors allow 36 (EVSE), and 36 where they allow 39 (CDR). An alias is
the identifier itself in another alphabet, a number of base 41 written to base 63: it is the same on every
node, nothing has to be kept for it, and whoever gets it back can read it. That takes an identifier of one
case, of letters, digits and ``* - _ .``, as those of stations are; any other has no alias.
"""

SHORT = 36
LONG = 39

_END = "\0"
_READ = _END + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*-_."
_WRITTEN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$&'()*+,-.:;<=>@[]^_`{|}~"
"""Printable, of one case since the shorter identifiers have none, and nothing that parts an address."""
_UPPER, _LOWER = "~", "`"
_DIGITS = SHORT - 1


def alias_of(identifier: str) -> str:
    """Return the alias of an identifier that is too long, the identifier of an alias, all others as they are.

    An identifier of 36 characters that begins with ``~`` or a backtick is read as an alias if it can be.
    """
    if SHORT < len(identifier) <= LONG:
        return _shortened(identifier) or identifier
    if len(identifier) == SHORT and identifier[0] in (_UPPER, _LOWER):
        return _restored(identifier) or identifier
    return identifier


def _shortened(identifier: str) -> str | None:
    upper = identifier.upper()
    if identifier not in (upper, identifier.lower()) or not set(upper) <= set(_READ[1:]):
        return None
    marker = _UPPER if identifier == upper else _LOWER
    return marker + _in_base(_number(upper, _READ), _WRITTEN, _DIGITS)


def _restored(alias: str) -> str | None:
    written = alias[1:].upper()
    if not set(written) <= set(_WRITTEN):
        return None
    number = _number(written, _WRITTEN)
    if number >= len(_READ) ** LONG:
        return None
    identifier = _in_base(number, _READ, LONG).lstrip(_END)
    if not len(identifier) > SHORT or _END in identifier:
        return None
    if alias[0] == _UPPER:
        return identifier
    return identifier.lower() if identifier != identifier.lower() else None


def _number(text: str, digits: str) -> int:
    number = 0
    for digit in text:
        number = number * len(digits) + digits.index(digit)
    return number


def _in_base(number: int, digits: str, length: int) -> str:
    text = []
    for _ in range(length):
        number, digit = divmod(number, len(digits))
        text.append(digits[digit])
    return "".join(reversed(text))
