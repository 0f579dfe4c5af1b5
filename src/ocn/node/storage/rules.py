"""The rules of platforms in a database: read with the platforms, changed one platform at a time."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.node.ocn_rules import NO_RULES, ActiveList, OcnRules, RulesEntry
from ocn.node.storage.rules_tables import rules
from ocn.ocpi.party_id import PartyId


class RulesReader:
    """Reads the rules of all platforms, and works out again only those written since it last did."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, OcnRules]] = {}

    async def read(self, connection: AsyncConnection) -> Mapping[str, OcnRules]:
        """Return the rules by platform; who is not in it has none."""
        found: dict[str, tuple[str, OcnRules]] = {}
        for row in await connection.execute(select(rules)):
            written = row.active + row.entries
            known = self._known.get(row.platform_id)
            found[row.platform_id] = known if known and known[0] == written else (written, _rules_of(row))
        self._known = found
        return {platform_id: known for platform_id, (_, known) in found.items()}


async def read_rules_of(connection: AsyncConnection, platform_id: str) -> OcnRules:
    """Return the rules of one platform."""
    found = await connection.execute(select(rules).where(rules.c.platform_id == platform_id))
    row = found.one_or_none()
    return NO_RULES if row is None else _rules_of(row)


async def write_rules(connection: AsyncConnection, platform_id: str, changed: OcnRules) -> None:
    """Put a platform's rules in the place of those it had."""
    await connection.execute(delete(rules).where(rules.c.platform_id == platform_id))
    if changed.active is ActiveList.NONE:
        return
    entries = [(entry.party.key, *entry.modules) for entry in changed.entries]
    values = {
        "platform_id": platform_id,
        "active": changed.active.value,
        "entries": msgspec.json.encode(entries).decode(),
    }
    await connection.execute(insert(rules), values)


def _rules_of(row: Row[Any]) -> OcnRules:
    entries = msgspec.json.decode(row.entries, type=list[list[str]])
    return OcnRules(
        ActiveList(row.active),
        tuple(RulesEntry(PartyId(key[:2], key[2:]), tuple(modules)) for key, *modules in entries),
    )
