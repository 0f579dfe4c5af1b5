"""Whose object it is, and what it is called: said in the address by 2.1.1, and in the object by 2.2.1."""

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, ObjectKind
from ocn.conversion.refusals import ConversionRefused
from ocn.ocpi.party_id import PartyId

LONGEST_ID = 36
_OWNER = ("country_code", "party_id")


def add_owner(result: JsonObject, report: Report, owner: PartyId | None) -> None:
    """Write the owner into an object of 2.1.1, which has no members for it.

    Strangers of those names stay if they say the same, and give way if they do not.

    Raises:
        ConversionRefused: nobody says whose object it is.
    """
    if report.partial:
        return
    if owner is None:
        if all(type(result.get(name)) is str for name in _OWNER):
            return
        raise ConversionRefused("OCPI 2.2.1 demands an owner, and the message does not say who that is")
    for name, said in zip(_OWNER, (owner.country_code, owner.party_id), strict=True):
        present = result.get(name)
        if type(present) is str and present.upper() == said.upper():
            continue
        if present is not None:
            report.dropped(pointer_to(name), "the owner is who the address says")
        result[name] = said
        report.synthesised(pointer_to(name), "the owner, as the address says")


def drop_owner(result: JsonObject, report: Report, owner: PartyId | None) -> None:
    """Leave to the address what it says already; an owner that differs from it is reported."""
    said = (None, None) if owner is None else (owner.country_code, owner.party_id)
    for name, expected in zip(_OWNER, said, strict=True):
        present = result.pop(name, None)
        if present is None or expected is None:
            continue
        if type(present) is not str or present.upper() != expected.upper():
            report.dropped(pointer_to(name), "the owner is who the address says")


def shorten(result: JsonObject, report: Report, context: Context, name: str, kind: ObjectKind) -> None:
    """Put the alias for an identifier of 2.1.1 that is too long, or too like another, for its successors."""
    identifier = result.get(name)
    if type(identifier) is not str:
        return
    short = shortened(context, kind, identifier)
    if short != identifier:
        result[name] = short
        report.synthesised(pointer_to(name), f"stands for {identifier[:60]}")
    elif len(short) > LONGEST_ID:
        report.meaning_changed(pointer_to(name), f"longer than {LONGEST_ID} characters, and has no alias")


def shortened(context: Context, kind: ObjectKind, identifier: str) -> str:
    """Return what the newer versions call it."""
    return identifier if context.alias is None else context.alias(kind, identifier)


def restore(result: JsonObject, context: Context, name: str, kind: ObjectKind) -> None:
    """Put back the identifier that an alias stands for; nothing is lost by it."""
    identifier = result.get(name)
    if context.alias is not None and type(identifier) is str:
        result[name] = context.alias(kind, identifier)
