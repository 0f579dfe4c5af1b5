"""What is only true of a database: it outlives its process, and several processes share it."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from ocn.errors import ConfigurationError
from ocn.node.model import Invitation, Link, Platform
from ocn.node.storage import (
    AesGcmSealing,
    Database,
    NotStorable,
    SqlLinkStore,
    SqlPlatformStore,
    StorageError,
    open_database,
)


async def test_restart_keeps_everything(
    database_url: str,
    sealing: AesGcmSealing,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
    new_link: Callable[..., Link],
) -> None:
    platform, invitation, link = new_platform("p1", "DE*CPO"), new_invitation("i1", "NL*CPX"), new_link("k1")
    async with open_database(database_url) as first:
        await first.upgrade()
        store = SqlPlatformStore(first, sealing)
        await store.register(platform)
        await store.invite(invitation)
        await SqlLinkStore(first).add(link)
        revision = await store.revision()

    async with open_database(database_url) as second:
        await second.upgrade()
        store = SqlPlatformStore(second, sealing)
        assert await store.platforms() == [platform]
        assert await store.invitations() == [invitation]
        assert await store.revision() == revision
        assert await SqlLinkStore(second).get("k1") == link


async def test_revision_is_seen_by_another_process(
    database: Database, database_url: str, sealing: AesGcmSealing, new_platform: Callable[..., Platform]
) -> None:
    async with open_database(database_url) as other:
        here, there = SqlPlatformStore(database, sealing), SqlPlatformStore(other, sealing)
        before = await there.revision()
        await here.register(new_platform("p1", "DE*CPO"))
        assert await there.revision() > before
        assert [platform.id for platform in await there.platforms()] == ["p1"]


async def test_register_by_several_processes_at_once_is_won_by_one(
    database: Database,
    database_url: str,
    sealing: AesGcmSealing,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
) -> None:
    replicas = [open_database(database_url) for _ in range(4)]
    stores = [SqlPlatformStore(replica, sealing) for replica in replicas]
    await stores[0].invite(new_invitation("i1", "DE*CPO"))

    outcomes = await asyncio.gather(
        *(s.register(new_platform(f"p{n}", "DE*CPO")) for n, s in enumerate(stores)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", *["PartyTaken"] * 3]
    outcomes = await asyncio.gather(
        *(s.register(new_platform(f"q{n}", f"FR*{n:03}"), invitation_id="i1") for n, s in enumerate(stores)),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["InvitationGone"] * 3, "NoneType"]
    for replica in replicas:
        await replica.close()


async def test_many_changes_by_two_processes_are_all_counted(
    database: Database, database_url: str, sealing: AesGcmSealing, new_platform: Callable[..., Platform]
) -> None:
    async with open_database(database_url) as other:
        stores = SqlPlatformStore(database, sealing), SqlPlatformStore(other, sealing)
        await asyncio.gather(
            *(stores[n % 2].register(new_platform(f"p{n}", f"DE*{n:03}", f"NL*{n:03}")) for n in range(20))
        )
        assert [await store.revision() for store in stores] == [20, 20]
        assert len(await stores[0].platforms()) == 20


async def test_register_failing_halfway_changes_nothing(
    database: Database,
    sealing: AesGcmSealing,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
) -> None:
    store = SqlPlatformStore(database, sealing)
    await store.register(new_platform("p1", "DE*CPO"))
    await store.invite(new_invitation("i1", "DE*CPO"))
    before = await store.platforms(), await store.invitations(), await store.revision()
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE endpoint RENAME TO elsewhere"))

    with pytest.raises(StorageError):
        await store.register(new_platform("p1", "FR*CPO"), invitation_id="i1")

    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO endpoint"))
    assert (await store.platforms(), await store.invitations(), await store.revision()) == before


async def test_calls_cancelled_anywhere_leave_all_or_nothing(
    database: Database, sealing: AesGcmSealing, new_platform: Callable[..., Platform]
) -> None:
    store = SqlPlatformStore(database, sealing)
    for number in range(30):
        task = asyncio.create_task(store.register(new_platform(f"p{number}", f"DE*{number:03}")))
        await asyncio.wait([task], timeout=number / 4000)
        task.cancel()
        await asyncio.wait([task])
    platforms = await store.platforms()
    assert await store.revision() == len(platforms)
    assert all(len(platform.roles) == 1 and len(platform.endpoints) == 3 for platform in platforms)
    await store.register(new_platform("last", "NL*CPX"))


async def test_platforms_under_another_secret_say_so(
    database: Database, sealing: AesGcmSealing, new_platform: Callable[..., Platform]
) -> None:
    await SqlPlatformStore(database, sealing).register(new_platform("p1", "DE*CPO"))
    with pytest.raises(ConfigurationError, match="another secret"):
        await SqlPlatformStore(database, AesGcmSealing(b"\xff" * 32)).platforms()


@pytest.mark.parametrize("target", ["https://x.example/\ud800", "https://x.example/\0?a"])
async def test_text_that_no_database_likes_is_stored_or_refused_in_our_words(
    database: Database, new_link: Callable[..., Link], target: str
) -> None:
    links, link = SqlLinkStore(database), new_link("k1", target)
    [outcome] = await asyncio.gather(links.add(link), return_exceptions=True)
    assert outcome is None or isinstance(outcome, StorageError)
    assert "x.example" not in str(outcome)
    assert await links.get("k1") == (link if outcome is None else None)


@pytest.mark.postgres
async def test_connections_cut_by_the_server_are_made_again(
    new_postgresql_database: Callable[[], str], sealing: AesGcmSealing
) -> None:
    url = new_postgresql_database()
    async with open_database(url) as cut, open_database(url) as cutter:
        await cut.upgrade()
        store = SqlPlatformStore(cut, sealing)
        await asyncio.gather(*(store.revision() for _ in range(5)))
        async with cutter.statement() as connection:
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            await connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        assert await asyncio.gather(*(store.revision() for _ in range(5))) == [0] * 5


async def test_sqlite_file_shows_no_token_and_nobody_else(
    tmp_path: Path,
    sealing: AesGcmSealing,
    new_platform: Callable[..., Platform],
    new_link: Callable[..., Link],
) -> None:
    token = "8f4c21bd-token-of-the-peer"
    async with open_database(f"sqlite:///{tmp_path / 'node.db'}") as opened:
        await opened.upgrade()
        await SqlPlatformStore(opened, sealing).register(new_platform("p1", "DE*CPO", their_token=token))
        await SqlLinkStore(opened).add(new_link("k1"))
        files = sorted(tmp_path.iterdir())
        content = b"".join(file.read_bytes() for file in files)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in files}

    assert b"https://cpo.example/versions" in content
    for spelled in (token.encode(), token.encode("utf-16-le"), token.encode().hex().encode()):
        assert spelled not in content
    assert bytes(range(32)) not in content
    assert modes == {0o600}


_WRITER = """
import asyncio, sys
from sqlalchemy import text
from ocn.node.storage import open_database

async def main():
    async with open_database(sys.argv[1]) as database:
        async with database.transaction() as connection:
            await connection.execute(text("UPDATE revision SET number = 1000"))
            await connection.execute(text("DELETE FROM platform"))
            print("within", flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_process_killed_within_a_transaction_leaves_the_database_usable(
    database: Database, database_url: str, sealing: AesGcmSealing, new_platform: Callable[..., Platform]
) -> None:
    store = SqlPlatformStore(database, sealing)
    await store.register(new_platform("p1", "DE*CPO"))
    with subprocess.Popen([sys.executable, "-c", _WRITER, database_url], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"within\n"
        os.kill(writer.pid, signal.SIGKILL)

    assert await store.revision() == 1
    await store.register(new_platform("p2", "NL*CPX"))
    assert [platform.id for platform in await store.platforms()] == ["p1", "p2"]


async def test_database_that_is_not_there_says_so_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    url = f"postgresql://ocn:s3cret-word@/node?host={tmp_path}&connect_timeout=2"
    async with open_database(url) as opened:
        with pytest.raises(StorageError) as caught:
            await SqlLinkStore(opened).prune(datetime.now(UTC))
    assert "s3cret-word" not in f"{caught.value} {caught.value.__cause__} {opened!r}"
    assert "hint" in dir(caught.value)


async def test_moment_without_a_zone_is_refused(database: Database, new_link: Callable[..., Link]) -> None:
    with pytest.raises(NotStorable, match="must be aware"):
        await SqlLinkStore(database).add(new_link("k1", expires_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point
