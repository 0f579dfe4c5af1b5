"""OcnRules of a platform: who may send to it. Pure; the decisions take no part of a microsecond that counts.

Every comparison is without regard to case, of parties and of modules. An entry that names no module stands
for every module, on either list: custom modules could not be named beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ocn.ocpi.party_id import PartyId


class ActiveList(StrEnum):
    """Which list is in force. There is one set of entries, and it belongs to this list."""

    NONE = "none"
    """Everybody may send everything."""
    WHITELIST = "whitelist"
    """Who is listed may use the modules of the entry; an empty whitelist lets nobody in."""
    BLACKLIST = "blacklist"
    """Who is listed may not use the modules of the entry."""


@dataclass(frozen=True, slots=True)
class RulesEntry:
    """A party on a list, its codes in upper case.

    ``modules`` keep their spelling; none of them means every module.
    """

    party: PartyId
    modules: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Write the codes as registries do, so that every store and every reader sees one spelling."""
        party = self.party
        if party.country_code + party.party_id != party.key:
            object.__setattr__(self, "party", PartyId(party.key[:2], party.key[2:]))


@dataclass(frozen=True, slots=True)
class OcnRules:
    """The list in force and its entries, each party once.

    Raises:
        ValueError: a party is there twice, or entries belong to no list.
    """

    active: ActiveList = ActiveList.NONE
    entries: tuple[RulesEntry, ...] = ()
    modules_of: Mapping[str, frozenset[str] | None] = field(init=False, repr=False, compare=False)
    """By party key, the modules in lower case; None for every module."""

    def __post_init__(self) -> None:
        """Work out once what every message asks."""
        modules_of = {
            entry.party.key: frozenset(module.lower() for module in entry.modules) or None
            for entry in self.entries
        }
        if len(modules_of) != len(self.entries):
            raise ValueError("a party is on the list twice")
        if self.entries and self.active is ActiveList.NONE:
            raise ValueError("entries belong to a list")
        object.__setattr__(self, "modules_of", modules_of)


NO_RULES = OcnRules()
"""What a platform begins with."""

_NO_MODULE: frozenset[str] = frozenset()
_NONE, _WHITELIST = ActiveList.NONE, ActiveList.WHITELIST
"""Every message asks; a name of this module is found faster than one of the enumeration."""


def admits(rules: OcnRules, sender: PartyId, module: str) -> bool:
    """Whether a platform with these rules takes requests to that module from that party."""
    if rules.active is _NONE:
        return True
    modules = rules.modules_of.get(sender.key, _NO_MODULE)
    named = modules is None or module.lower() in modules
    return named is (rules.active is _WHITELIST)


def admits_party(rules: OcnRules, sender: PartyId) -> bool:
    """Whether a platform with these rules wants to know of that party at all, whatever the module.

    As nodes have always decided it for HubClientInfo: on the whitelist, or not on the blacklist; the modules
    of an entry are not looked at.
    """
    if rules.active is _NONE:
        return True
    return (sender.key in rules.modules_of) is (rules.active is _WHITELIST)
