"""What every store of HubClientInfo promises: in memory, in SQLite, in PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ocn.node.client_info import Client, ClientInfoStore, Report, Seen, View
from ocn.node.storage import MemoryClientInfoStore, SqlClientInfoStore, open_database
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE, TWO = "0x93a620b55a9CEf5fF09631Be79F71B58456e66e7", "0xf25186B5081Ff5cE73482AD761DB0eB0d25abfBF"
_KINDS = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=_KINDS)
async def store(
    request: pytest.FixtureRequest, new_database: Callable[[str, object], Awaitable[str]]
) -> AsyncIterator[ClientInfoStore]:
    if request.param == "memory":
        yield MemoryClientInfoStore()
        return
    async with open_database(await new_database(request.param, open_database)) as database:
        yield SqlClientInfoStore(database)


def client(
    party: str, role: Role = Role.CPO, status: ConnectionStatus = ConnectionStatus.CONNECTED
) -> Client:
    return Client(PartyId.parse(party), role, status, NOON, ONE, NOON)


def report(party: str, told_at: datetime, operator: str = ONE) -> Report:
    return Report(PartyId.parse(party), Role.CPO, operator, ConnectionStatus.CONNECTED, told_at)


async def test_clients_come_back_as_they_were_put_in_the_order_in_which_they_came(
    store: ClientInfoStore,
) -> None:
    later = replace(client("AA AAA"), created_at=NOON + MINUTE)
    first = [client("nl cpx"), client("nl cpx", Role.EMSP)]
    await store.put_clients(first)
    await store.put_clients([later])
    assert await store.clients() == [*first, later]
    assert [each.party.country_code for each in await store.clients()] == ["nl", "nl", "AA"]


async def test_changed_client_keeps_when_it_came(store: ClientInfoStore) -> None:
    await store.put_clients([client("NL CPX")])
    changed = replace(
        client("NL CPX", status=ConnectionStatus.OFFLINE), last_updated=NOON + MINUTE, operator=TWO
    )
    await store.put_clients([replace(changed, created_at=NOON + MINUTE)])
    assert await store.clients() == [changed]


async def test_many_clients_are_put_at_once(store: ClientInfoStore) -> None:
    many = [client(f"NL {number:03}") for number in range(1000)]
    await store.put_clients(many)
    assert await store.clients() == many


async def test_revision_is_another_after_every_change_of_clients_and_reports(
    store: ClientInfoStore,
) -> None:
    seen = [await store.revision()]
    await store.put_clients([client("NL CPX")])
    seen.append(await store.revision())
    await store.put_reports([report("NL CPX", NOON)])
    seen.append(await store.revision())
    assert len(set(seen)) == 3
    await store.put_reports([report("NL CPX", NOON)])
    await store.put_views([])
    assert await store.revision() == seen[-1]


async def test_only_a_newer_report_of_the_same_operator_replaces_one(store: ClientInfoStore) -> None:
    assert await store.put_reports([report("NL CPX", NOON), report("NL CPY", NOON)]) == 2
    older, newer = report("NL CPX", NOON - MINUTE), report("nl cpx", NOON + MINUTE)
    assert await store.put_reports([older]) == 0
    assert await store.put_reports([older, report("NL CPY", NOON + MINUTE)]) == 1
    assert await store.put_reports([newer]) == 1
    assert await store.put_reports([report("NL CPX", NOON, TWO)]) == 1, "another node serves it now"
    assert {(each.party, each.operator, each.told_at) for each in await store.reports()} == {
        (PartyId.parse("NL CPX"), TWO, NOON),
        (PartyId.parse("NL CPY"), ONE, NOON + MINUTE),
    }


async def test_views_are_of_each_platform_and_forgotten_with_it(store: ClientInfoStore) -> None:
    key = client("NL CPX").key
    views = [View(name, key, ConnectionStatus.PLANNED, NOON, delivered=False) for name in ("a", "b")]
    await store.put_views(views)
    await store.put_views([replace(views[0], status=ConnectionStatus.CONNECTED, delivered=True)])
    assert await store.views("a") == [replace(views[0], status=ConnectionStatus.CONNECTED, delivered=True)]
    assert len(await store.views()) == 2
    await store.heard([("a", NOON), ("b", NOON)])
    await store.forget({"a"})
    assert await store.views() == [views[1]]
    assert await store.seen() == [Seen("b", NOON)]


async def test_platform_is_never_heard_earlier_than_it_was(store: ClientInfoStore) -> None:
    await store.heard([("a", NOON)])
    await store.heard([("a", NOON - MINUTE), ("b", NOON)])
    await store.checked(Seen("a", None, NOON + MINUTE, NOON + MINUTE))
    await store.checked(Seen("c", None, NOON, None))
    await store.heard([("a", NOON + 2 * MINUTE), ("c", NOON)])
    assert sorted(await store.seen(), key=lambda seen: seen.platform_id) == [
        Seen("a", NOON + 2 * MINUTE, NOON + MINUTE, NOON + MINUTE),
        Seen("b", NOON),
        Seen("c", NOON, NOON, None),
    ]


async def test_one_replica_leads_until_its_time_is_over(store: ClientInfoStore) -> None:
    assert await store.lead("a", NOON, NOON + MINUTE)
    assert not await store.lead("b", NOON, NOON + MINUTE)
    assert await store.lead("a", NOON, NOON + 2 * MINUTE)
    assert not await store.lead("b", NOON + MINUTE, NOON + 3 * MINUTE)
    assert await store.lead("b", NOON + 2 * MINUTE, NOON + 3 * MINUTE)
    assert not await store.lead("a", NOON + 2 * MINUTE, NOON + 3 * MINUTE)
