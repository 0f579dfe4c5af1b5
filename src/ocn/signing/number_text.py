"""How a JSON number is spelled inside a signed message; the signers in the field disagree.

JavaScript reads every number into a double and prints the shortest digits that give it back. The JVM
libraries keep integers exact and print the rest by ``Double.toString``; where a class of theirs declares a
``Float``, by ``Float.toString``, integers included. JDKs before 19 print a few doubles with one digit more
than needed; those are not imitated.
"""

import struct
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

_EXACT_DIGITS = 15
"""Every integer of so many digits is a double, so its text is already JavaScript's."""


class NumberForm(StrEnum):
    """Whose spelling of numbers a signature was made with."""

    JAVASCRIPT = "javascript"
    JAVA_DOUBLE = "java-double"
    JAVA_FLOAT = "java-float"


@lru_cache(maxsize=4096)
def javascript_text(literal: str) -> str:
    """Spell a JSON number as ECMAScript's Number::toString does."""
    if len(literal) <= _EXACT_DIGITS and literal.isdigit():
        return literal
    value = float(literal)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    if value in (_INFINITY, -_INFINITY):
        return sign + "Infinity"
    digits, point = _shortest(repr(abs(value)))
    if not -6 < point <= 21:
        return f"{sign}{_mantissa(digits, '')}e{point - 1:+d}"
    return sign + _plain(digits, point).removesuffix(".0")


@lru_cache(maxsize=4096)
def java_double_text(literal: str) -> str:
    """Spell a JSON number as a JVM does that read it untyped: integers exact, the rest a Double."""
    if literal.lstrip("-").isdigit():
        return "0" if literal == "-0" else literal
    return _java(repr(float(literal)))


@lru_cache(maxsize=4096)
def java_float_text(literal: str) -> str:
    """Spell a JSON number as a JVM does that read it into a field declared ``Float``."""
    return _java(_shortest_single(float(literal)))


TEXT_OF: dict[NumberForm, Callable[[str], str]] = {
    NumberForm.JAVASCRIPT: javascript_text,
    NumberForm.JAVA_DOUBLE: java_double_text,
    NumberForm.JAVA_FLOAT: java_float_text,
}
"""In the order in which a verifier tries them."""

_INFINITY = float("inf")


def _java(text: str) -> str:
    """Turn Python's spelling of a float into Java's."""
    sign = "-" if text.startswith("-") else ""
    text = text.removeprefix("-")
    if text == "inf":
        return sign + "Infinity"
    digits, point = _shortest(text)
    if digits == "0" or -2 <= point <= 7:  # 0.001 <= x < 10**7
        return sign + _plain(digits, point)
    return f"{sign}{_mantissa(digits, '0')}E{point - 1}"


def _shortest(text: str) -> tuple[str, int]:
    """Split a non-negative decimal into its significant digits and where the point stands before them."""
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return (digits, point) if digits else ("0", 1)


def _plain(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    return digits[:point].ljust(point, "0") + "." + (digits[point:] or "0")


def _mantissa(digits: str, least_fraction: str) -> str:
    fraction = digits[1:] or least_fraction
    return f"{digits[0]}.{fraction}" if fraction else digits[0]


def _shortest_single(value: float) -> str:
    """Return the fewest digits that give back the 32-bit float nearest to this double."""
    try:
        single = struct.pack("<f", value)
    except OverflowError:
        return "-inf" if value < 0 else "inf"
    (nearest,) = struct.unpack("<f", single)
    for precision in range(1, 9):
        text = f"{nearest:.{precision - 1}e}"
        if struct.pack("<f", float(text)) == single:
            return text
    return f"{nearest:.8e}"
