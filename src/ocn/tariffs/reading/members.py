"""Members of a document, read within bounds: what every reader of this room is made of."""

import re
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NoReturn

from ocn.ocpi.timestamps import parse_datetime
from ocn.tariffs.errors import TariffError
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Document

MAX_NUMBER: Final = Decimal(10) ** 12
MAX_DECIMALS: Final = 30
MAX_TEXT: Final = 255
MAX_INTEGER: Final = 10**9
MAX_PRICES: Final = 20_000
MAX_UNKNOWN_MEMBERS: Final = 20

_NUMBER_TEXT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACEHOLDERS: Final = frozenset({"1970-1-1T00:00:00Z", "1970-1-1T00:00:00"})
_YEARS: Final = range(1970, 2200)
_SHOWN: Final = 40
_PLAIN: Final = 10**9
_PLAIN_LENGTH: Final = 12


class Reading:
    """One document while it is read: collects findings, and raises errors of its kind.

    All methods take the pointer of the value they read; only bounds and types are checked here, meaning is
    for the readers.
    """

    __slots__ = ("_error", "_prices", "document", "findings")

    def __init__(self, document: Document, error: type[TariffError]) -> None:
        self.document: Document = document
        self._error = error
        self.findings: list[Finding] = []
        self._prices = 0

    def fail(self, message: str, pointer: str, hint: str | None = None) -> NoReturn:
        """Refuse the document."""
        raise self._error(message, pointer, hint=hint)

    def note(self, code: Code, pointer: str, message: str, effect: Effect = Effect.NOTE) -> None:
        """Keep a finding."""
        self.findings.append(Finding(code, pointer, message, effect, self.document))

    def members(self, value: JsonValue, pointer: str) -> JsonObject:
        """Return an object."""
        if type(value) is not dict:
            self.fail(f"{shown(value)} where an object belongs", pointer)
        return value

    def items(self, value: JsonValue, pointer: str, most: int) -> list[JsonValue]:
        """Return a list of no more than ``most`` items."""
        if type(value) is not list:
            self.fail(f"{shown(value)} where a list belongs", pointer)
        if len(value) > most:
            self.fail(f"{len(value):,} items, more than the {most:,} that are read", pointer)
        return value

    def count_prices(self, number: int, pointer: str) -> None:
        """Count the price components of a document, which may have many small lists."""
        self._prices += number
        if self._prices > MAX_PRICES:
            self.fail(f"more than {MAX_PRICES:,} price components", pointer)

    def text(self, value: JsonValue, pointer: str) -> str:
        """Return a text that can be printed on one line."""
        if type(value) is not str:
            self.fail(f"{shown(value)} where a text belongs", pointer)
        if len(value) > MAX_TEXT or not value.isprintable():
            self.fail(f"a text longer than {MAX_TEXT} or not printable: {shown(value)}", pointer)
        return value

    def number(self, value: JsonValue, pointer: str) -> Decimal:
        """Return a number; one that is written as a text is read, and noted."""
        plain = plain_number(value)
        if plain is not None:
            return plain
        if type(value) is int:
            if not -MAX_NUMBER < value < MAX_NUMBER:
                self.fail("a number out of bounds", pointer, "Numbers are less than 10^12.")
            return Decimal(value)
        if type(value) is str and _NUMBER_TEXT.fullmatch(value):
            self.note(Code.NUMBER_AS_TEXT, pointer, "A number is written as a text.")
            value = Decimal(value)
        if type(value) is not Decimal:
            hint = (
                "Decode JSON with ocn.tariffs.decode: a float has lost its digits."
                if _is_float(value)
                else None
            )
            self.fail(f"{shown(value)} where a number belongs", pointer, hint)
        if not value.is_finite() or not -MAX_NUMBER < value < MAX_NUMBER or _decimals(value) > MAX_DECIMALS:
            self.fail(
                f"a number out of bounds: {shown(value)}",
                pointer,
                f"Numbers are finite, less than 10^12 and have at most {MAX_DECIMALS} decimals.",
            )
        return value

    def volume(self, value: JsonValue, pointer: str) -> Decimal:
        """Return a number that is not negative."""
        number = self.number(value, pointer)
        if number < 0:
            self.fail(f"{shown(number)} is negative", pointer, "A volume is at least 0.")
        return number

    def integer(self, value: JsonValue, pointer: str) -> int:
        """Return a whole number from 0 to ``MAX_INTEGER``."""
        if type(value) is int and 0 <= value <= MAX_INTEGER:
            return value
        number = self.number(value, pointer)
        if number != number.to_integral_value() or not 0 <= number <= MAX_INTEGER:
            self.fail(f"{shown(number)} where a whole number from 0 to {MAX_INTEGER} belongs", pointer)
        return int(number)

    def moment(self, value: JsonValue, pointer: str) -> datetime | None:
        """Return a moment of this age; None for the placeholder of 1970, which stands for "not known"."""
        moment = self.any_moment(value, pointer)
        if moment is None:
            message = "The date is the placeholder for one that is not known."
            self.note(Code.DATE_PLACEHOLDER, pointer, message)
        elif moment.year not in _YEARS:
            self.fail(f"{shown(value)} is not of this age", pointer)
        return moment

    def any_moment(self, value: JsonValue, pointer: str) -> datetime | None:
        """Return a moment, be it in 9999 as the end of what never ends; None for the placeholder."""
        if type(value) is not str:
            self.fail(f"{shown(value)} where a DateTime belongs", pointer)
        if value in _PLACEHOLDERS:
            return None
        try:
            moment = parse_datetime(value)
        except ValueError:
            self.fail(
                f"{shown(value)} where a DateTime in UTC belongs", pointer, "Write 2025-01-31T12:00:00Z."
            )
        return None if moment == _EPOCH else moment

    def unknown_members(self, value: JsonObject, known: AbstractSet[str], pointer: str) -> list[str]:
        """Note the members that no version has, and return their names; a null says nothing."""
        if value.keys() <= known:
            return []
        names = [name for name in value if name not in known and value[name] is not None]
        for name in names[:MAX_UNKNOWN_MEMBERS]:
            self.note(
                Code.UNKNOWN_MEMBER,
                pointer + pointer_to(name),
                "No version of OCPI has this member; it was not read.",
                Effect.WARNING,
            )
        return names


def plain_number(value: JsonValue) -> Decimal | None:
    """Return a number that is within all bounds at first sight, as most are; None if it must be read."""
    if type(value) is Decimal:
        text = str(value)
        return value if len(text) <= _PLAIN_LENGTH and "E" not in text and value.is_finite() else None
    if type(value) is int:
        return Decimal(value) if -_PLAIN < value < _PLAIN else None
    return None


def is_plain_moment(moment: datetime) -> bool:
    """Whether a moment is one in UTC of this age, and no placeholder."""
    return moment.tzinfo is UTC and moment.year in _YEARS and moment != _EPOCH


def pointer_to(name: str) -> str:
    """Write a member's name, which may be any, as one segment of a JSON pointer; long ones are cut."""
    return "/" + shown_name(name).replace("~", "~0").replace("/", "~1")


def shown_name(name: str) -> str:
    """Return a name as it can be shown: short, on one line."""
    text = str(name)[:_SHOWN]
    return text if text.isprintable() else ascii(text)


def shown(value: object) -> str:
    """Name a value for a message: short, on one line, whatever it is."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list | tuple):
        return "an object" if isinstance(value, dict) else "a list"
    text = ascii(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _is_float(value: object) -> bool:
    return isinstance(value, float)


def _decimals(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)
