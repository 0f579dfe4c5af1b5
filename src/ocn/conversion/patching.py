"""Convert a PATCH, where that can be done without knowing the rest of the object."""

from ocn.conversion.changes import Converted, Report
from ocn.conversion.context import NOTHING_KNOWN, Context
from ocn.conversion.converting import walk
from ocn.conversion.finishing import finish
from ocn.conversion.objects import JsonObject, ObjectKind
from ocn.conversion.refusals import ConversionRefused, NeedsWholeObject
from ocn.ocpi.versions import VersionNumber

WHOLE_IN_A_PATCH = frozenset({"total_cost", "charging_periods"})
"""Members of a Session that a PATCH replaces as a whole, or whose items it appends: they convert alone."""

_PATCHED = frozenset(
    {ObjectKind.LOCATION, ObjectKind.EVSE, ObjectKind.CONNECTOR, ObjectKind.SESSION, ObjectKind.TOKEN}
)


def convert_patch(
    kind: ObjectKind,
    patch: JsonObject,
    source: VersionNumber,
    target: VersionNumber,
    context: Context = NOTHING_KNOWN,
) -> Converted[JsonObject]:
    """Return the PATCH in the target version, member by member; charging periods stay what is appended.

    A member is converted alone if it is written alike, renamed, or money. One that would lose something, or
    that is an object or a list and changes, depends on the rest of the object.

    Raises:
        NeedsWholeObject: some member does; the caller gets the object, converts it whole and PUTs it.
        ConversionRefused: it cannot be expressed in the target version at all.
    """
    if source is target:
        return Converted(patch)
    if kind not in _PATCHED:
        raise NeedsWholeObject(tuple(patch))
    report = Report(source, target, partial=True)
    try:
        value = walk(kind, patch, report, source, target, context)
    except ConversionRefused as refused:
        raise NeedsWholeObject((_member_of(refused.pointer),)) from refused
    standing_in_the_way = {_member_of(change.pointer) for change in report.changes} | {
        name
        for name, inner in patch.items()
        if type(inner) in (dict, list) and (name not in value or value[name] != inner)
    }
    standing_in_the_way -= WHOLE_IN_A_PATCH
    if standing_in_the_way:
        raise NeedsWholeObject(tuple(sorted(standing_in_the_way)))
    value = finish(kind, value, report, target, context.strict)
    return Converted(value, tuple(report.changes))


def _member_of(pointer: str) -> str:
    return pointer[1:].partition("/")[0] or "the object itself"
