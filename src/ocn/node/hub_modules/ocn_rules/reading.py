"""Entries as clients write them, within limits."""

import re
from typing import TypeVar
from urllib.parse import unquote

import msgspec

from ocn.node.hub_modules.ocn_rules.changes import MOST_ENTRIES
from ocn.node.ocn_rules import RulesEntry
from ocn.ocpi.errors import ClientFault, InvalidParameters, TooLarge
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.unreadable import UNREADABLE

MOST_BYTES = 512 * 1024
MOST_MODULES = 50
_MODULE = re.compile(r"[A-Za-z0-9._~-]{1,64}")

Read = TypeVar("Read")


class _Entry(msgspec.Struct):
    country_code: str
    party_id: str
    modules: list[str]


def read_entry(body: bytes) -> RulesEntry:
    """Read one entry.

    Raises:
        TooLarge, InvalidParameters: no entry, or not within the limits (2001).
        ClientFault: a module without a name, or with one that no module can have (2000).
    """
    return _checked(_decode(body, _Entry))


def read_entries(body: bytes) -> tuple[RulesEntry, ...]:
    """Read a whole list; a party that is there several times gets what its entries name together.

    Raises:
        TooLarge, InvalidParameters, ClientFault: as :func:`read_entry`.
    """
    written = _decode(body, list[_Entry])
    if len(written) > MOST_ENTRIES:
        raise InvalidParameters(f"a list has at most {MOST_ENTRIES} entries")
    together: dict[str, RulesEntry] = {}
    for entry in map(_checked, written):
        key = entry.party.key
        together[key] = _joined(together[key], entry) if key in together else entry
    return tuple(together.values())


def read_party(country_code: str, party_id: str) -> PartyId:
    """Read the party that a path names; InvalidParameters when it can be none."""
    try:
        return PartyId(unquote(country_code), unquote(party_id))
    except ValueError as error:
        raise InvalidParameters(str(error)) from error


def _decode(body: bytes, kind: type[Read]) -> Read:
    if len(body) > MOST_BYTES:
        raise TooLarge(f"a list has at most {MOST_BYTES} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as error:
        raise InvalidParameters(f"the body cannot be read: {error}") from error


def _checked(written: _Entry) -> RulesEntry:
    try:
        party = PartyId(written.country_code, written.party_id)
    except ValueError as error:
        raise InvalidParameters(str(error)) from error
    if any(_MODULE.fullmatch(module) is None for module in written.modules):
        raise ClientFault(f"modules of {party}: each has a name of 1 to 64 letters, digits and ._~-")
    return _entry(party, tuple(written.modules))


def _joined(one: RulesEntry, other: RulesEntry) -> RulesEntry:
    if not one.modules or not other.modules:
        return RulesEntry(one.party)
    return _entry(one.party, one.modules + other.modules)


def _entry(party: PartyId, modules: tuple[str, ...]) -> RulesEntry:
    """Make an entry that names each module once, in the spelling that came first."""
    once: dict[str, str] = {}
    for module in modules:
        once.setdefault(module.lower(), module)
    if len(once) > MOST_MODULES:
        raise InvalidParameters(f"modules of {party}: at most {MOST_MODULES}")
    return RulesEntry(party, tuple(once.values()))
