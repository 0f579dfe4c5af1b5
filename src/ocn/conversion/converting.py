"""Convert one whole object."""

from ocn.conversion.changes import Converted, Report
from ocn.conversion.context import LENIENT, NOTHING_KNOWN, Context
from ocn.conversion.finishing import finish
from ocn.conversion.objects import JsonObject, ObjectKind
from ocn.conversion.steps import passage
from ocn.ocpi.versions import VersionNumber


def convert(
    kind: ObjectKind,
    value: JsonObject,
    source: VersionNumber,
    target: VersionNumber,
    context: Context = NOTHING_KNOWN,
) -> Converted[JsonObject]:
    """Return ``value``, a document of ``source``, as one of ``target``; the argument is left as it was.

    Members that no text defines are kept, numbers keep their digits. A value of an unexpected shape stays as
    it is, for the receiver to judge.

    Raises:
        ConversionRefused: the object cannot be expressed in the target version.
    """
    if source is target:
        return Converted(value)
    report = Report(source, target)
    value = walk(kind, value, report, source, target, context)
    if context.strict is not LENIENT:
        value = finish(kind, value, report, target, context.strict)
    return Converted(value, tuple(report.changes))


def walk(
    kind: ObjectKind,
    value: JsonObject,
    report: Report,
    source: VersionNumber,
    target: VersionNumber,
    context: Context,
) -> JsonObject:
    """Take the steps from ``source`` to ``target``, with a report of the caller's."""
    for step, rule in passage(kind, source, target).rules:
        report.step(*step)
        value = rule(value, report, context)
    return value
