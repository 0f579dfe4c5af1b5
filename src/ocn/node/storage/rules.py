"""The rules of platforms in a database: read with the platforms, changed one platform at a time."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.node.ocn_rules import ActiveList, OcnRules, RulesEntry
from ocn.node.storage.rules_tables import rules, rules_entry


async def read_rules(connection: AsyncConnection, platform_id: str | None = None) -> Mapping[str, OcnRules]:
    """Return the rules by platform, of one or of all; who is not in it has none."""
    lists = select(rules)
    entries = select(rules_entry).order_by(rules_entry.c.position)
    if platform_id is not None:
        lists = lists.where(rules.c.platform_id == platform_id)
        entries = entries.where(rules_entry.c.platform_id == platform_id)
    active = (await connection.execute(lists)).all()
    if not active:
        return {}
    entries_of: Mapping[str, list[RulesEntry]] = defaultdict(list)
    for row in await connection.execute(entries):
        entries_of[row.platform_id].append(RulesEntry(row.party, tuple(row.modules.split())))
    return {
        row.platform_id: OcnRules(ActiveList(row.active), tuple(entries_of[row.platform_id]))
        for row in active
    }


async def write_rules(connection: AsyncConnection, platform_id: str, changed: OcnRules) -> None:
    """Put a platform's rules in the place of those it had."""
    await connection.execute(delete(rules).where(rules.c.platform_id == platform_id))
    if changed.active is ActiveList.NONE:
        return
    await connection.execute(insert(rules), {"platform_id": platform_id, "active": changed.active.value})
    if changed.entries:
        await connection.execute(insert(rules_entry), _entry_values(platform_id, changed))


def _entry_values(platform_id: str, changed: OcnRules) -> list[dict[str, object]]:
    return [
        {
            "platform_id": platform_id,
            "party": entry.party,
            "position": position,
            "modules": " ".join(entry.modules),
        }
        for position, entry in enumerate(changed.entries)
    ]
