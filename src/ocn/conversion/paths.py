"""Identifiers within an address, which must be called there what the document calls them."""

from ocn.conversion.context import Context
from ocn.conversion.objects import ObjectKind
from ocn.ocpi.modules import InterfaceRole, ModuleID

_PLACES = (ObjectKind.LOCATION, ObjectKind.EVSE)


def convert_path(
    module: str, role: InterfaceRole, path: tuple[str, ...], context: Context
) -> tuple[str, ...]:
    """Return the path below a module's endpoint as a peer on the other side of 2.1.1 names it.

    The paths of 2.1.1 are those of its successors; only places have identifiers that may need an alias,
    behind the owner at a receiver and from the beginning at a sender. The same call leads back.
    """
    if module != ModuleID.LOCATIONS or context.alias is None:
        return path
    first = 2 if role is InterfaceRole.RECEIVER else 0
    last = first + len(_PLACES)
    places = zip(_PLACES, path[first:last], strict=False)
    return (
        *path[:first],
        *(context.alias(kind, identifier) for kind, identifier in places),
        *path[last:],
    )
