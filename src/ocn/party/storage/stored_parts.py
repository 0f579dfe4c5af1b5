"""EVSEs and connectors inside a stored location, and dates that rise with what they contain."""

from collections.abc import Mapping
from typing import Any

from ocn.party.json_text import JsonObject
from ocn.party.lists import last_updated_of


def child(parent: JsonObject | None, members: str, id_name: str, wanted: str) -> JsonObject | None:
    """Find a part by its id, without regard to case; None when it or its parent is not there."""
    children = (parent or {}).get(members) or []
    return next((c for c in children if str(c.get(id_name, "")).casefold() == wanted.casefold()), None)


def set_child(parent: JsonObject, members: str, id_name: str, wanted: str, value: JsonObject) -> bool:
    """Add a part or replace it in its place; True when it is new."""
    existing = child(parent, members, id_name, wanted)
    if existing is None:
        parent[members] = [*(parent.get(members) or []), value]
        return True
    existing.clear()
    existing.update(value)
    return False


def lift(parent: JsonObject, changed: Mapping[str, Any]) -> None:
    """Give a parent the date of its changed part (mod_locations: a parent is never older)."""
    own, of_part = last_updated_of(parent), last_updated_of(changed)
    if of_part is not None and (own is None or own < of_part):
        parent["last_updated"] = changed["last_updated"]
