"""Read tables of a TOML file, and say exactly where something in them is wrong."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ocn.smart_charging.errors import Fault
from ocn.smart_charging.numbers import printable, shown
from ocn.smart_charging.slots import in_utc

_MOST = Decimal(1_000_000)
"""More amperes or kilowatts than any site has."""
_MOST_BITS = 256
_NOTHING = Decimal(0)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Wrong(Exception):
    """A value cannot be used; becomes a fault at its place."""

    def __init__(self, key: str | None, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


class Places:
    """Says where the n-th table of a kind stands in a file."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            found = re.match(r"\s*\[\[?\s*([A-Za-z_.]+)\s*\]", line)
            if found:
                self._lines.setdefault(found[1], []).append(number)

    def of(
        self, table: str, index: int | None = None, name: str | None = None, key: str | None = None
    ) -> str:
        """Write ``site.toml, line 12, [[fuse]] 2 "row A", key parent``."""
        lines = self._lines.get(table, [])
        line = f", line {lines[index or 0]}" if (index or 0) < len(lines) else ""
        header = f"[{table}]" if index is None else f"[[{table}]] {index + 1}"
        named = f' "{printable(name, 60)}"' if name else ""
        return f"{self._file}{line}, {header}{named}{f', key {key}' if key else ''}"


class Table:
    """One table. Every getter raises Wrong with the key; what is never asked for is a key nobody knows."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._asked: set[str] = set()

    def raw(self, key: str) -> Any:
        """Return a value as it stands, None if it is missing."""
        self._asked.add(key)
        return self._content.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a short text."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise Wrong(key, "must be a text" if value is not None else "is missing")
        if len(value) > 255:
            raise Wrong(key, "is longer than 255 characters")
        return value

    def number(self, key: str, *, above: int | None = None, most: Decimal = _MOST) -> Decimal | None:
        """Return a number of 0 or more (or above something), None if it is missing."""
        value = self.raw(key)
        return None if value is None else number(value, key, above=above, most=most)

    def texts(self, key: str) -> list[str] | None:
        """Return a list of texts, or one text as a list; None if it is missing."""
        value = self.raw(key)
        if value is None:
            return None
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise Wrong(key, "must be a list of texts")
        return values

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """Return the tables below a key."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise Wrong(key, "is a list of tables, each with its name in double brackets")
        return value

    def refuse_others(self) -> None:
        """Raise Wrong for a key that nobody asked for: a slip of the pen would lift a limit unseen."""
        for key in self._content:
            if key not in self._asked:
                raise Wrong(
                    printable(key, 60), f"is not known here; known are {', '.join(sorted(self._asked))}"
                )


def number(
    value: object, key: str, *, above: int | None = None, least: Decimal = _NOTHING, most: Decimal = _MOST
) -> Decimal:
    """Read a number; bool, NaN, infinity and what is out of bounds are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Wrong(key, f"must be a number, not {shown(value)}")
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise Wrong(key, f"has more than {_MOST_BITS} bits, more than can be meant")
    read = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not read.is_finite():
        raise Wrong(key, f"must be a number, not {str(value).lower()}")
    if above is not None and read <= above:
        raise Wrong(key, f"must be above {above}, not {shown(read)}")
    if read < least:
        raise Wrong(key, f"must not be below {least}, not {shown(read)}")
    if read > most:
        raise Wrong(key, f"is {shown(read)}, more than the {most} that can be meant")
    return read


def clock_time(value: object, key: str) -> time:
    """Read a time of day: TOML's own, or a text ``17:00``."""
    if isinstance(value, str):
        try:
            return clock_time(time.fromisoformat(value), key)
        except ValueError:
            raise Wrong(key, f"{value[:40]!r} is no time of day") from None
    if not isinstance(value, time) or value.tzinfo is not None:
        raise Wrong(key, "must be a time of day such as 17:00:00, or a moment such as 2026-03-02T17:00:00Z")
    return value


def moment(value: datetime, key: str, zone: ZoneInfo) -> datetime:
    """Read a moment: with its offset from UTC, or local."""
    try:
        found = in_utc(value, zone)
    except ValueError as error:
        raise Wrong(key, str(error)) from None
    if value.tzinfo is None and found.astimezone(zone).replace(tzinfo=None) != value:
        raise Wrong(key, f"{value} does not exist in {zone.key}: clocks go forward; give the offset from UTC")
    return found


def weekdays(names: Iterable[str] | None, key: str) -> frozenset[int]:
    """Read weekdays as OCPI names them, whatever the case; none given is every day."""
    if names is None:
        return frozenset(range(7))
    found = set()
    for name in names:
        if name.lower() not in _DAYS:
            raise Wrong(key, f"{name[:40]!r} is no day; days are {', '.join(_DAYS)}")
        found.add(_DAYS.index(name.lower()))
    return frozenset(found)


def fault(places: Places, table: str, index: int | None, name: str | None, wrong: Wrong, then: str) -> Fault:
    """Tell what is wrong, and what follows."""
    key = f"{wrong.key} " if wrong.key else ""
    return Fault(places.of(table, index, name), f"{key}{wrong.message}; {then}")
