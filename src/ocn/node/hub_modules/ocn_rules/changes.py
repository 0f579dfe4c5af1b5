"""Every change of rules there is: pure, from the rules that are stored to those that will be.

Each raises ``ClientFault`` (2000) when the rules are not such that it can be made, as nodes always did.
"""

from collections.abc import Sequence

from ocn.node.ocn_rules import NO_RULES, ActiveList, OcnRules, RulesEntry
from ocn.ocpi.errors import ClientFault, InvalidParameters
from ocn.ocpi.party_id import PartyId

MOST_ENTRIES = 2_000


def replace_list(rules: OcnRules, which: ActiveList, entries: Sequence[RulesEntry]) -> OcnRules:
    """Put a list into force with these entries; an empty one is how a client switches its list off.

    Switching off a list that is not in force changes nothing: the entries of the other stay.
    """
    if not entries:
        return NO_RULES if rules.active is which else rules
    _refuse_other(rules, which)
    return OcnRules(which, tuple(entries))


def add_entry(rules: OcnRules, which: ActiveList, entry: RulesEntry) -> OcnRules:
    """Add one entry, and put the list into force if none is.

    Raises:
        InvalidParameters: the party is on the list already.
    """
    _refuse_other(rules, which)
    if entry.party.key in rules.modules_of:
        raise InvalidParameters(
            f"{entry.party} is on the {which} already", hint="DELETE its entry first, or PUT the whole list"
        )
    if len(rules.entries) >= MOST_ENTRIES:
        raise InvalidParameters(f"a list has at most {MOST_ENTRIES} entries")
    return OcnRules(which, (*rules.entries, entry))


def remove_entry(rules: OcnRules, which: ActiveList, party: PartyId) -> OcnRules:
    """Take a party off the list in force; one that is not on it is no error.

    A whitelist stays in force when its last entry goes, and then nobody may send: taking a permission away
    never gives one to everybody. A blacklist without entries forbids nothing and is no longer in force.
    """
    if rules.active is not which:
        raise ClientFault(f"the {which} is not active")
    kept = tuple(entry for entry in rules.entries if entry.party != party)
    if not kept and which is ActiveList.BLACKLIST:
        return NO_RULES
    return OcnRules(which, kept)


def block_all(rules: OcnRules) -> OcnRules:
    """Put an empty whitelist into force: nobody may send."""
    _refuse_other(rules, ActiveList.WHITELIST)
    return OcnRules(ActiveList.WHITELIST)


def _refuse_other(rules: OcnRules, which: ActiveList) -> None:
    if rules.active not in {ActiveList.NONE, which}:
        raise ClientFault(
            f"the {rules.active} is active, and only one list can be", hint=f"PUT an empty {rules.active}"
        )
