"""Platforms and invitations in a database: read whole, written rarely, one writer at a time."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.database.cancellation import to_the_end
from ocn.database.opening import Database
from ocn.node.errors import InvitationGone, PartyTaken, PlatformChanged
from ocn.node.model import Invitation, Platform
from ocn.node.ocn_rules import OcnRules
from ocn.node.ports import Sealing
from ocn.node.storage import rows, tables
from ocn.node.storage.rules import RulesReader, read_rules_of, write_rules


class SqlPlatformStore:
    """``PlatformStore`` over a database; read whole and kept in memory by its caller, who asks ``revision``.

    Every change counts the revision up first. The lock on that row makes writers of all processes wait for
    each other, and whoever reads revision ``n`` and then the platforms sees every change up to ``n``.

    Raises:
        AlreadyStored: an id of an invitation, or the hash of a token, that is not new.
        StorageError: the database is out of reach or did not do it.
        ConfigurationError: the tokens were sealed under another secret.
    """

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing
        self._rules = RulesReader()

    async def platforms(self) -> list[Platform]:
        """Return every registered platform, ordered by id."""
        role, platform = tables.platform_role, tables.platform
        async with self._database.snapshot() as connection:
            found = (await connection.execute(select(platform).order_by(platform.c.id))).all()
            parties = (await connection.execute(select(tables.platform_party))).all()
            roles = (await connection.execute(select(role).order_by(role.c.position))).all()
            endpoints = (await connection.execute(select(tables.endpoint))).all()
            rules = await self._rules.read(connection)
        return rows.platforms_of(found, parties, roles, endpoints, rules, self._sealing)

    @to_the_end
    async def register(
        self, platform: Platform, *, invitation_id: str | None = None, replaces: Platform | None = None
    ) -> None:
        """Store a platform, new or changed, and use up the invitation it came with; its rules stay.

        Whether the invitation has expired is for the caller to say.

        Raises:
            PartyTaken: another platform holds one of its parties.
            InvitationGone: the invitation is used up or was withdrawn meanwhile.
            PlatformChanged: what it replaces has another token or demand by now, or is gone.
        """
        values = rows.platform_values(platform, self._sealing)
        async with self._database.transaction() as connection:
            await _count(connection)
            if invitation_id is not None and not await _delete_invitation(connection, invitation_id):
                raise InvitationGone("the invitation was used or withdrawn meanwhile")
            if replaces is not None:
                await _refuse_changed(connection, replaces)
            await _refuse_taken(connection, platform)
            await _put_platform(connection, values)
            for table, several in (
                (tables.platform_party, rows.party_values(platform)),
                (tables.platform_role, rows.role_values(platform)),
                (tables.endpoint, rows.endpoint_values(platform)),
            ):
                if several:
                    await connection.execute(insert(table), several)

    @to_the_end
    async def remove(self, platform_id: str) -> bool:
        """Remove a platform with its parties, roles and endpoints; False when there was none."""
        table = tables.platform
        async with self._database.transaction() as connection:
            await _count(connection)
            removed = await connection.execute(delete(table).where(table.c.id == platform_id))
            return await _keep_if(connection, removed.rowcount) > 0

    @to_the_end
    async def change_rules(self, platform_id: str, change: Callable[[OcnRules], OcnRules]) -> None:
        """Put what ``change`` makes of a platform's rules in their place; other writers wait meanwhile.

        Raises:
            PlatformChanged: the platform is gone.
        """
        columns = tables.platform.c
        async with self._database.transaction() as connection:
            await _count(connection)
            found = await connection.execute(select(columns.id).where(columns.id == platform_id))
            if found.one_or_none() is None:
                raise PlatformChanged("the platform was removed meanwhile")
            known = await read_rules_of(connection, platform_id)
            changed = change(known)
            if await _keep_if(connection, changed != known):
                await write_rules(connection, platform_id, changed)

    @to_the_end
    async def invite(self, invitation: Invitation) -> None:
        """Store an invitation; its id and token must be new."""
        async with self._database.transaction() as connection:
            await _count(connection)
            await connection.execute(insert(tables.invitation), rows.invitation_values(invitation))
            if invited := rows.invited_values(invitation):
                await connection.execute(insert(tables.invitation_party), invited)

    async def invitations(self) -> list[Invitation]:
        """Return the open invitations, expired ones included until they are pruned, ordered by id."""
        table = tables.invitation
        async with self._database.snapshot() as connection:
            found = (await connection.execute(select(table).order_by(table.c.id))).all()
            invited = (await connection.execute(select(tables.invitation_party))).all()
        return rows.invitations_of(found, invited)

    @to_the_end
    async def withdraw(self, invitation_id: str) -> bool:
        """Remove an invitation; False when there was none."""
        async with self._database.transaction() as connection:
            await _count(connection)
            return await _keep_if(connection, await _delete_invitation(connection, invitation_id)) > 0

    @to_the_end
    async def prune(self, now: datetime) -> int:
        """Remove invitations that have expired, at ``expires_at`` itself included, and say how many."""
        table = tables.invitation
        async with self._database.transaction() as connection:
            await _count(connection)
            removed = await connection.execute(delete(table).where(table.c.expires_at <= now))
            return await _keep_if(connection, removed.rowcount)

    async def revision(self) -> int:
        """Return a number that grows with every change of platforms or invitations, by whichever process."""
        async with self._database.statement() as connection:
            number: int = (await connection.execute(select(tables.revision.c.number))).scalar_one()
        return number


async def _count(connection: AsyncConnection) -> None:
    """Take the writer's place, and count: the first statement of every change."""
    await connection.execute(update(tables.revision).values(number=tables.revision.c.number + 1))


async def _keep_if(connection: AsyncConnection, changed: int) -> int:
    """Undo the counting when there was nothing to change: caches have nothing to read again."""
    if not changed:
        await connection.rollback()
    return changed


async def _delete_invitation(connection: AsyncConnection, invitation_id: str) -> int:
    table = tables.invitation
    return (await connection.execute(delete(table).where(table.c.id == invitation_id))).rowcount


async def _refuse_changed(connection: AsyncConnection, known: Platform) -> None:
    columns = tables.platform.c
    found = await connection.execute(
        select(columns.id).where(
            columns.id == known.id,
            columns.our_token_hash == known.our_token_hash,
            columns.requires_signatures == known.requires_signatures,
            *(
                columns[name].is_not_distinct_from(value)
                for name, value in rows.signing_values(known).items()
            ),
        )
    )
    if found.one_or_none() is None:
        raise PlatformChanged("the platform was changed or removed meanwhile")


async def _refuse_taken(connection: AsyncConnection, platform: Platform) -> None:
    """Say which party is taken; the primary key would refuse it too, in its own words."""
    table = tables.platform_party
    keys = [party.key for party in platform.parties]
    taken = await connection.execute(
        select(table.c.party_key)
        .where(table.c.party_key.in_(keys), table.c.platform_id != platform.id)
        .order_by(table.c.party_key)
    )
    if found := [f"{key[:2]} {key[2:]}" for key in taken.scalars()]:
        raise PartyTaken(f"another platform holds {', '.join(found)}")


async def _put_platform(connection: AsyncConnection, values: dict[str, object]) -> None:
    """Write the platform's own row, with nothing hanging on it any more."""
    table, platform_id = tables.platform, values["id"]
    changed = await connection.execute(update(table).where(table.c.id == platform_id), values)
    if not changed.rowcount:
        await connection.execute(insert(table), values)
        return
    for hanging in (tables.platform_party, tables.endpoint):
        await connection.execute(delete(hanging).where(hanging.c.platform_id == platform_id))
