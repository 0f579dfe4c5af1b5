"""Change a stored object by what its owner pushed: every value that is not replaced keeps its bytes. Pure.

OCPI 2.2.1 transport_and_format, PATCH: named members replace. Arrays inside a PATCH replace as well, since
the texts do not say otherwise (their one exception: charging periods of a session are appended), and the
copy is then marked to be fetched again. A change of an EVSE or a connector lifts ``last_updated`` of what it
is in, as the text asks of everybody who keeps a copy (mod_locations, PUT and PATCH).
"""

from dataclasses import dataclass

import msgspec

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.timestamps import parse_datetime
from ocn.ocpi.unreadable import UNREADABLE

_Members = dict[str, msgspec.Raw]
_MEMBERS = msgspec.json.Decoder(_Members)
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_UPDATED = "last_updated"
_PERIODS = "charging_periods"
_INSIDE = (("evses", "uid"), ("connectors", "id"))


class PartMissing(Exception):
    """The part that is to be changed is not in the stored copy."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A changed body, and whether it can no longer be relied on in full."""

    body: bytes
    doubtful: bool = False


def patch_object(module: str, body: bytes, patch: bytes) -> Merged:
    """Apply a PATCH of a whole object."""
    members, changes = _members(body), _members(patch)
    doubtful = False
    for name, value in changes.items():
        if name == _PERIODS and module == ModuleID.SESSIONS:
            members[name] = _appended(members.get(name), value)
            continue
        doubtful |= bytes(value).lstrip()[:1] in (b"{", b"[")
        members[name] = value
    return Merged(msgspec.json.encode(members), doubtful)


def put_part(body: bytes, parts: tuple[str, ...], part: bytes) -> Merged:
    """Put an EVSE or a connector into a location, in place of the one of that id or at the end.

    Raises:
        PartMissing: a connector of an EVSE that is not there.
    """
    return _change(body, parts, part, patch=False)


def patch_part(body: bytes, parts: tuple[str, ...], patch: bytes) -> Merged:
    """Apply a PATCH to an EVSE or a connector of a location.

    Raises:
        PartMissing: no such part.
    """
    return _change(body, parts, patch, patch=True)


def _change(body: bytes, parts: tuple[str, ...], change: bytes, *, patch: bool, depth: int = 0) -> Merged:
    name, id_name = _INSIDE[depth]
    members = _members(body)
    items = _items(members.get(name))
    place = next((n for n, item in enumerate(items) if _is_named(item, id_name, parts[0])), None)
    if place is None and (patch or len(parts) > 1):
        raise PartMissing
    if len(parts) > 1:
        inner = _change(bytes(items[place or 0]), parts[1:], change, patch=patch, depth=depth + 1)
    elif patch:
        inner = patch_object("", bytes(items[place or 0]), change)
    else:
        inner = Merged(change)
    if place is None:
        items.append(msgspec.Raw(inner.body))
    else:
        items[place] = msgspec.Raw(inner.body)
    members[name] = msgspec.Raw(msgspec.json.encode(items))
    _lift(members, _members(change).get(_UPDATED))
    return Merged(msgspec.json.encode(members), inner.doubtful)


def part_of(body: bytes, parts: tuple[str, ...]) -> bytes | None:
    """Return the bytes of an EVSE or a connector in a location, or None."""
    for (name, id_name), wanted in zip(_INSIDE, parts, strict=False):
        items = _items(_members(body).get(name))
        found = next((bytes(item) for item in items if _is_named(item, id_name, wanted)), None)
        if found is None:
            return None
        body = found
    return body


def _lift(members: _Members, moment: msgspec.Raw | None) -> None:
    """Raise ``last_updated`` to a later moment of a part; what cannot be read is left alone."""
    if moment is None:
        return
    try:
        later = parse_datetime(msgspec.json.decode(moment, type=str))
        if parse_datetime(msgspec.json.decode(members[_UPDATED], type=str)) >= later:
            return
    except (KeyError, ValueError, msgspec.DecodeError):
        return
    members[_UPDATED] = moment


def _appended(periods: msgspec.Raw | None, more: msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode([*_items(periods), *_items(more)]))


def _is_named(item: msgspec.Raw, id_name: str, wanted: str) -> bool:
    try:
        found = msgspec.json.decode(_members(bytes(item))[id_name], type=str)
    except (KeyError, InvalidParameters, *UNREADABLE):
        return False
    return found.upper() == wanted.upper()


def _members(body: bytes) -> _Members:
    try:
        return _MEMBERS.decode(body)
    except UNREADABLE as error:
        raise InvalidParameters(f"the body is no object of OCPI: {error}") from error


def _items(value: msgspec.Raw | None) -> list[msgspec.Raw]:
    if value is None or bytes(value).strip() == b"null":
        return []
    try:
        return _ITEMS.decode(value)
    except UNREADABLE as error:
        raise InvalidParameters(f"what must be a list is none: {error}") from error
