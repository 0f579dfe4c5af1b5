"""How a rule takes a document apart: the few moves that all rules are made of.

A rule copies the object it is given once (``result = dict(value)``) and uses these on the copy; nested
objects are never changed but replaced. What does not have the expected shape stays as it is, for the
receiver to judge: nothing here raises because of a value, except :class:`ConversionRefused` of a rule within.
"""

from collections.abc import Callable
from typing import TypeAlias

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, JsonValue
from ocn.conversion.refusals import ConversionRefused

Rule: TypeAlias = Callable[[JsonObject, Report, Context], JsonObject]
"""Turns an object into its form in the next version. Never changes what it is given."""

ItemRule: TypeAlias = Callable[[JsonObject, Report, Context], JsonObject | None]
"""The same for one of a list; None leaves it out, and the rule has reported why."""


def rename(result: JsonObject, report: Report, old: str, new: str) -> None:
    """Give a member its other name; a stranger that already has that name gives way, and is reported."""
    if old in result:
        if new in result:
            report.dropped(pointer_to(new), f"no member of this version; {old} takes its name")
        result[new] = result.pop(old)


def drop(result: JsonObject, report: Report, name: str, note: str) -> None:
    """Leave a member out; one that says nothing (null, or an empty list) is not missed."""
    if name in result:
        value = result.pop(name)
        if value is not None and value != []:
            report.dropped(pointer_to(name), note)


def synthesise(result: JsonObject, report: Report, name: str, value: JsonValue, note: str) -> None:
    """Fill a member that is missing or null; never in a PATCH."""
    if result.get(name) is None and not report.partial:
        result[name] = value
        report.synthesised(pointer_to(name), note)


def truncate(result: JsonObject, report: Report, name: str, length: int) -> None:
    """Cut a string that is too long for the other version."""
    value = result.get(name)
    if type(value) is str and len(value) > length:
        result[name] = value[:length]
        report.dropped(pointer_to(name), f"cut to {length} characters")


def member(result: JsonObject, report: Report, context: Context, name: str, rule: Rule) -> None:
    """Apply a rule to the object that a member holds."""
    value = result.get(name)
    if type(value) is dict:
        mark = len(report.changes)
        try:
            result[name] = rule(value, report, context)
        except ConversionRefused as refused:
            refused.within(pointer_to(name))
            raise
        if len(report.changes) > mark:
            report.under(mark, pointer_to(name))


def each(result: JsonObject, report: Report, context: Context, name: str, rule: ItemRule) -> None:
    """Apply a rule to every object in the list that a member holds; what it answers None for is left out."""
    values = result.get(name)
    if type(values) is not list:
        return
    kept: list[JsonValue] = []
    for index, value in enumerate(values):
        if type(value) is not dict:
            kept.append(value)
            continue
        mark = len(report.changes)
        try:
            converted = rule(value, report, context)
        except ConversionRefused as refused:
            refused.within(f"{pointer_to(name)}/{index}")
            raise
        if len(report.changes) > mark:
            report.under(mark, f"{pointer_to(name)}/{index}")
        if converted is not None:
            kept.append(converted)
    result[name] = kept


def keep_values(
    result: JsonObject, report: Report, name: str, foreign: Callable[[str], bool], note: str
) -> None:
    """Leave out of a list of words those that are foreign to the other version."""
    values = result.get(name)
    if type(values) is not list:
        return
    kept: list[JsonValue] = []
    for index, value in enumerate(values):
        if type(value) is str and foreign(value):
            report.dropped(f"{pointer_to(name)}/{index}", f"{value[:40]}: {note}")
        else:
            kept.append(value)
    if len(kept) < len(values):
        result[name] = kept


def at(pointer: str, value: JsonObject, report: Report, context: Context, rule: Rule) -> JsonObject:
    """Apply a rule to an object found under ``pointer``, so that what it reports or refuses says so."""
    mark = len(report.changes)
    try:
        converted = rule(value, report, context)
    except ConversionRefused as refused:
        refused.within(pointer)
        raise
    if len(report.changes) > mark:
        report.under(mark, pointer)
    return converted


def absent_from(version: str, what: str) -> Rule:
    """Be the rule for what the other version does not have at all."""

    def refuse(_value: JsonObject, _report: Report, _context: Context) -> JsonObject:
        raise ConversionRefused(f"OCPI {version} has no {what}")

    return refuse
