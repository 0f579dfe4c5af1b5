"""Under which names an object can be asked for when its owner is not known (HUB-44). Pure."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from ocn.node.object_store.model import StoredObject
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.unreadable import UNREADABLE

_MOST = 2_000
_LONGEST = 255


class NameKind(StrEnum):
    """What is named. The first five are the modules themselves: the id of the object."""

    LOCATION = ModuleID.LOCATIONS.value
    TARIFF = ModuleID.TARIFFS.value
    TOKEN = ModuleID.TOKENS.value
    SESSION = ModuleID.SESSIONS.value
    CDR = ModuleID.CDRS.value
    EVSE = "evses"
    """A location, by the ``uid`` or the ``evse_id`` of one of its EVSEs."""
    CONTRACT = "contracts"
    """A token, by its ``contract_id``, in 2.1.1 its ``auth_id``."""


class _Evse(msgspec.Struct):
    uid: str | None = None
    evse_id: str | None = None


class _Named(msgspec.Struct):
    evses: list[_Evse] | None = None
    contract_id: str | None = None
    auth_id: str | None = None


_NAMED = msgspec.json.Decoder(_Named)


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common."""
    return name.upper()


def names_of(stored: StoredObject) -> frozenset[tuple[str, str]]:
    """Return kind and key of every name; of an object that is gone, none."""
    if not stored.visible:
        return frozenset()
    own = (stored.module, name_key(stored.object_id))
    found = [(kind, name_key(name)) for kind, name in _names_in(stored) if _is_name(name)]
    return frozenset([own, *found[: _MOST - 1]])


def _names_in(stored: StoredObject) -> Iterator[tuple[str, str]]:
    if stored.module not in (ModuleID.LOCATIONS, ModuleID.TOKENS):
        return
    try:
        named = _NAMED.decode(stored.body)
    except UNREADABLE:
        return  # an owner may write what it likes into its object; it is then found by its id alone
    if stored.module == ModuleID.LOCATIONS:
        for evse in named.evses or ():
            yield from ((NameKind.EVSE, name) for name in (evse.uid, evse.evse_id) if name)
    elif contract := named.contract_id or named.auth_id:
        yield NameKind.CONTRACT, contract


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST and name.isprintable()
