"""Convert a page: every object on its own, so that one bad object costs only itself."""

from ocn.conversion.changes import Change, Converted, Loss
from ocn.conversion.context import NOTHING_KNOWN, Context
from ocn.conversion.converting import convert
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.policy import Policy, decide
from ocn.conversion.refusals import ConversionRefused
from ocn.ocpi.versions import VersionNumber


def convert_list(
    kind: ObjectKind,
    items: list[JsonValue],
    source: VersionNumber,
    target: VersionNumber,
    context: Context = NOTHING_KNOWN,
    policy: Policy | None = None,
) -> Converted[list[JsonValue]]:
    """Return the page in the target version, in one report whose pointers begin with an item's index.

    The list itself is returned when nothing in it had to be changed.

    An object that cannot be expressed, or that must not be shown to the other side, is left out and
    reported; so is one that ``policy`` does not let pass, if a policy is given.
    """
    if source is target:
        return Converted(items)
    kept: list[JsonValue] = []
    changes: list[Change] = []
    for index, item in enumerate(items):
        if type(item) is not dict:
            changes.append(
                Change(f"/{index}", Loss.DROPPED, f"left out: not an object, so no {kind}", source)
            )
            continue
        try:
            converted = _allowed(kind, item, source, target, context, policy)
        except ConversionRefused as refused:
            changes.append(Change(f"/{index}", Loss.DROPPED, f"left out: {refused.message}", source))
            continue
        kept.append(converted.value)
        changes += [
            Change(f"/{index}{change.pointer}", change.loss, change.note, change.version)
            for change in converted.changes
        ]
    if len(kept) == len(items) and all(one is other for one, other in zip(kept, items, strict=True)):
        return Converted(items)
    return Converted(kept, tuple(changes))


def _allowed(
    kind: ObjectKind,
    item: JsonObject,
    source: VersionNumber,
    target: VersionNumber,
    context: Context,
    policy: Policy | None,
) -> Converted[JsonObject]:
    converted = convert(kind, item, source, target, context)
    if policy is not None and converted.changes:
        decision = decide(policy, kind, converted.changes)
        if not decision.allowed:
            raise ConversionRefused(decision.text)
    return converted
