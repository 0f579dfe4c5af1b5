"""Read members of a JSON object; what is wrong is noted with its place, and reading goes on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ocn.smart_charging.numbers import MOST, number, shown


class Errors(list[str]):
    """What was wrong in a line, in order; bounded, since a line may be nothing but faults."""

    _MOST = 100

    def note(self, place: str, message: str) -> None:
        """Note one."""
        if len(self) < self._MOST:
            self.append(f"{place}: {message}")
        elif len(self) == self._MOST:
            self.append("and more")


def required(part: Mapping[str, Any], key: str, place: str, errors: Errors) -> Decimal | None:
    """Return a number that must be there; None, and a note, if it is not."""
    if part.get(key) is None:
        errors.note(f"{place}{key}", "is missing")
        return None
    found = number(part[key])
    if found is None:
        errors.note(f"{place}{key}", f"{shown(part[key])} is no number that can be used")
    return found


def optional(part: Mapping[str, Any], key: str, errors: Errors) -> Decimal:
    """Return a number of 0 or more, 0 if it is missing or (with a note) unusable."""
    if part.get(key) is None:
        return Decimal(0)
    found = number(part[key])
    if found is None or found < 0:
        errors.note(key, f"{shown(part[key])} is no number from 0 to {MOST}; taken for 0")
        return Decimal(0)
    return found
