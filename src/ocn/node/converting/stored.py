"""Objects that the hub has kept, in the version of whoever asks for a list of them (GET ALL)."""

from collections.abc import Callable
from dataclasses import replace

from ocn.conversion import Contents, ConversionRefused, ObjectKind, Policy, Versions
from ocn.conversion import convert_request_body as convert_body
from ocn.node.converting.crossing import NAMED
from ocn.node.object_store.model import StoredObject
from ocn.node.ports import Clock
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.versions import VersionNumber

_KINDS = {
    ModuleID.LOCATIONS.value: ObjectKind.LOCATION,
    ModuleID.TARIFFS.value: ObjectKind.TARIFF,
    ModuleID.TOKENS.value: ObjectKind.TOKEN,
    ModuleID.SESSIONS.value: ObjectKind.SESSION,
    ModuleID.CDRS.value: ObjectKind.CDR,
}


def conversion_of_stored(
    policy: Policy, clock: Clock | None = None
) -> Callable[[StoredObject, VersionNumber], bytes | None]:
    """Return what turns a stored object into a version, or into None where that cannot, or may not, be.

    A list is for many objects and must not wait for each, so nothing is looked up: what needs another
    object to be expressed is left out of it, and is had from its owner.
    """

    def converted(stored: StoredObject, version: VersionNumber) -> bytes | None:
        kind = _KINDS.get(stored.module)
        if stored.version is version:
            return stored.body
        if kind is None:
            return None
        context = replace(NAMED, owner=stored.owner, moment=clock.now() if clock is not None else None)
        try:
            return convert_body(
                stored.body, Contents(kind), Versions(stored.version, version, policy), context
            ).value
        except ConversionRefused:
            return None

    return converted
