"""Restrictions that are legal and seldom meant."""

from collections.abc import Iterator
from enum import StrEnum

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.linting.reach import is_impossible
from ocn.tariffs.model import Restrictions, Version
from ocn.tariffs.pricing.windows import DAY_S


class LintRestriction(StrEnum):
    """What is said about the restrictions of an element."""

    EMPTY_RESTRICTIONS = "EMPTY_RESTRICTIONS"
    WHOLE_DAY_WINDOW = "WHOLE_DAY_WINDOW"
    WRAP_WITH_WEEKDAY = "WRAP_WITH_WEEKDAY"
    IMPOSSIBLE_BOUNDS = "IMPOSSIBLE_BOUNDS"
    POWER_NOT_IN_CDR = "POWER_NOT_IN_CDR"


def restriction_findings(restrictions: Restrictions, version: Version) -> Iterator[Finding]:
    """Say what is strange about restrictions; pointers are into them."""
    yield from _windows(restrictions)
    if is_impossible(restrictions):
        message = "No moment fulfils these restrictions: the element never applies."
        yield _say(LintRestriction.IMPOSSIBLE_BOUNDS, message)
    if version == "2.1.1" and not (restrictions.min_power is restrictions.max_power is None):
        message = (
            "A CDR of 2.1.1 has no power, so whether this applies has to be guessed from energy and time."
        )
        yield _say(LintRestriction.POWER_NOT_IN_CDR, message, effect=Effect.NOTE)


def empty_restrictions(tariff: JsonObject) -> Iterator[Finding]:
    """Say where restrictions are written that restrict nothing; once they are read, none are left to see."""
    elements = tariff.get("elements")
    for index, element in enumerate(elements if isinstance(elements, list) else ()):
        restrictions = element.get("restrictions") if isinstance(element, dict) else None
        if isinstance(restrictions, dict):
            where = f"/elements/{index}/restrictions"
            if not restrictions:
                message = "The restrictions are empty: the element always applies."
                yield _say(LintRestriction.EMPTY_RESTRICTIONS, message, where, effect=Effect.NOTE)
            elif restrictions.get("day_of_week") == []:
                message = "No day is named, which restricts nothing."
                where += "/day_of_week"
                yield _say(LintRestriction.EMPTY_RESTRICTIONS, message, where, effect=Effect.NOTE)


def _windows(restrictions: Restrictions) -> Iterator[Finding]:
    start, end = restrictions.start_s, restrictions.end_s
    if start is None or end is None:
        return
    if start == end or (start == 0 and end >= DAY_S):
        message = "The window ends where it starts: it is the whole day."
        yield _say(LintRestriction.WHOLE_DAY_WINDOW, message, "/end_time", effect=Effect.NOTE)
    elif end < start and end and restrictions.days is not None:
        message = (
            "The window passes midnight and days are named: a day counts by the moment, so the hours after"
            " midnight belong to the next day."
        )
        yield _say(LintRestriction.WRAP_WITH_WEEKDAY, message, "/day_of_week")


def _say(code: LintRestriction, message: str, pointer: str = "", effect: Effect = Effect.WARNING) -> Finding:
    return Finding(code, pointer, message, effect, "tariff")
