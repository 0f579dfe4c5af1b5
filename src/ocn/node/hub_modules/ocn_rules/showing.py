"""The rules of a platform as clients of the module know them."""

from ocn.node.model import Platform
from ocn.node.ocn_rules import ActiveList, OcnRules


def rules_data(platform: Platform) -> dict[str, object]:
    """Return the module's object: the signature switch and both lists, the one not in force empty."""
    return {
        "signatures": platform.requires_signatures,
        "whitelist": _list(platform.rules, ActiveList.WHITELIST),
        "blacklist": _list(platform.rules, ActiveList.BLACKLIST),
    }


def _list(rules: OcnRules, which: ActiveList) -> dict[str, object]:
    active = rules.active is which
    entries = [
        {
            "country_code": entry.party.country_code,
            "party_id": entry.party.party_id,
            "modules": list(entry.modules),
        }
        for entry in (rules.entries if active else ())
    ]
    return {"active": active, "list": entries}
