"""The queue of copies, in both databases: nobody gets what another has, and lanes stay in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from ocn.node.copies.copy import Copy, CopyFilter, CopyKind, CopyState, NewCopy, Outcome
from ocn.node.storage import Database, open_database
from ocn.node.storage.copies import SqlCopyStore
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BILLING, ANALYTICS = PartyId("DE", "BIL"), PartyId("NL", "ANA")
CPO = PartyId("de", "CPO")


def a_copy(
    body: bytes = b'{"id":"1"}',
    *,
    lane: str = "a",
    service: PartyId = BILLING,
    created_at: datetime = NOON,
    user: PartyId = CPO,
) -> NewCopy:
    return NewCopy(
        kind=CopyKind.REQUEST,
        lane=lane * 32,
        service=service,
        provider="0x" + "ab" * 20,
        user=user,
        other=PartyId("NL", "MSP"),
        method="PUT",
        module="sessions",
        interface_role=InterfaceRole.RECEIVER,
        version=VersionNumber.V2_2_1,
        path="/DE/CPO/1",
        query="",
        content_type="application/json",
        correlation_id="corr",
        signature="signed",
        strict="strictly",
        body=body,
        created_at=created_at,
    )


def outcome(copy: Copy, state: CopyState, *, due_at: datetime = NOON, failures: int = 0) -> Outcome:
    return Outcome(copy.id, copy.message.lane, state, NOON + MINUTE, due_at, failures, "why")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def database(
    request: pytest.FixtureRequest, new_database: Callable[[str, object], Awaitable[str]]
) -> AsyncIterator[Database]:
    async with open_database(await new_database(request.param, open_database)) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> SqlCopyStore:
    return SqlCopyStore(database)


async def claimed(store: SqlCopyStore, now: datetime = NOON, most: int = 10) -> list[Copy]:
    return await store.claim(BILLING, now, now + MINUTE, most)


async def test_claim_gives_what_was_stored(store: SqlCopyStore) -> None:
    new = a_copy(b'{"x":1.10}\xc3\xa4')
    await store.add([new])
    (copy,) = await claimed(store)
    assert copy.message == new
    assert copy.message.user.country_code == "de"
    assert (copy.state, copy.attempts, copy.failures) == (CopyState.WAITING, 0, 0)


async def test_claim_of_a_lane_gives_its_oldest_alone(store: SqlCopyStore) -> None:
    await store.add([a_copy(b"1"), a_copy(b"2"), a_copy(b"3", lane="b")])
    await store.add([a_copy(b"4")])
    assert [copy.message.body for copy in await claimed(store)] == [b"1", b"3"]
    assert await claimed(store) == []


async def test_settled_copies_let_the_next_of_their_lane_come(store: SqlCopyStore) -> None:
    await store.add([a_copy(b"1"), a_copy(b"2")])
    for body in (b"1", b"2"):
        (copy,) = await claimed(store)
        assert copy.message.body == body
        await store.settle(outcome(copy, CopyState.DELIVERED))
    assert await claimed(store) == []
    assert await store.next_due(BILLING) is None
    assert list(await store.services_waiting()) == []


async def test_delivered_copies_keep_no_body_and_refused_ones_do(store: SqlCopyStore) -> None:
    await store.add([a_copy(b"1"), a_copy(b"2", lane="b")])
    first, second = await claimed(store)
    await asyncio.gather(
        store.settle(outcome(first, CopyState.DELIVERED)), store.settle(outcome(second, CopyState.REFUSED))
    )
    delivered, refused = await store.get(first.id), await store.get(second.id)
    assert delivered is not None
    assert refused is not None
    assert (delivered.message.body, delivered.message.signature) == (b"", None)
    assert delivered.message.strict is None
    assert (refused.message.body, refused.message.strict) == (b"2", "strictly")
    assert (delivered.attempts, delivered.settled_at, refused.problem) == (1, NOON + MINUTE, "why")


async def test_a_failed_lane_waits_and_holds_up_no_other(store: SqlCopyStore) -> None:
    await store.add([a_copy(b"1"), a_copy(b"2"), a_copy(b"3", lane="b")])
    failed, other = await claimed(store)
    later = NOON + 2 * MINUTE
    await store.settle(outcome(other, CopyState.DELIVERED))
    await store.settle(outcome(failed, CopyState.WAITING, due_at=later, failures=1))
    await store.add([a_copy(b"4")])  # what comes to a waiting lane does not end its wait
    assert await claimed(store) == []
    (again,) = await claimed(store, later, most=1)
    assert (again.message.body, again.attempts, again.failures) == (b"1", 1, 1)


async def test_a_lease_that_ended_gives_the_lane_to_another(store: SqlCopyStore, database: Database) -> None:
    await store.add([a_copy()])
    await claimed(store)
    other = SqlCopyStore(database)
    assert await claimed(other, NOON + MINUTE - timedelta(seconds=1)) == []
    assert len(await claimed(other, NOON + MINUTE)) == 1
    await store.release(["a" * 32])  # it is not the first one's any more
    assert await claimed(store, NOON + MINUTE) == []
    await other.release(["a" * 32])
    assert len(await claimed(store, NOON + MINUTE)) == 1


async def test_recovery_ends_leases_where_one_process_has_the_database(
    store: SqlCopyStore, database: Database
) -> None:
    await store.add([a_copy()])
    await claimed(store)
    await SqlCopyStore(database).recover()
    async with database.statement() as connection:
        alone = connection.dialect.name == "sqlite"
    assert len(await claimed(store)) == (1 if alone else 0)


async def test_claims_at_once_share_the_work(store: SqlCopyStore, database: Database) -> None:
    await store.add([a_copy(str(number).encode(), lane=f"{number:02}"[0]) for number in range(10)])
    await store.add([a_copy(lane=letter) for letter in "abcdef"])
    shares = await asyncio.gather(*(claimed(SqlCopyStore(database), most=2) for _ in range(6)))
    ids = [copy.id for share in shares for copy in share]
    assert len(ids) == len(set(ids))
    rest = await claimed(store)
    assert len({*ids, *(copy.id for copy in rest)}) == 7


async def test_what_is_added_while_a_lane_is_settled_is_not_forgotten(
    store: SqlCopyStore, database: Database
) -> None:
    other = SqlCopyStore(database)
    await store.add([a_copy(b"0")])
    for number in range(1, 25):
        (copy,) = await claimed(store)
        assert copy.message.body == str(number - 1).encode()
        await asyncio.gather(
            store.settle(outcome(copy, CopyState.DELIVERED)), other.add([a_copy(str(number).encode())])
        )


async def test_a_copy_cancelled_during_its_attempt_stays_cancelled(store: SqlCopyStore) -> None:
    await store.add([a_copy(b"1"), a_copy(b"2")])
    (copy,) = await claimed(store)
    assert await store.change(CopyFilter(id=copy.id), CopyState.CANCELLED, NOON) == 1
    await store.settle(outcome(copy, CopyState.DELIVERED))
    cancelled = await store.get(copy.id)
    assert cancelled is not None
    assert cancelled.state is CopyState.CANCELLED
    assert [copy.message.body for copy in await claimed(store)] == [b"2"]


async def test_cancelling_a_service_touches_no_other(store: SqlCopyStore) -> None:
    await store.add([a_copy(), a_copy(lane="b"), a_copy(lane="c", service=ANALYTICS)])
    assert await store.change(CopyFilter(service=PartyId("de", "bil")), CopyState.CANCELLED, NOON) == 2
    assert list(await store.services_waiting()) == [ANALYTICS]
    assert (await store.counts()).by_state[CopyState.CANCELLED] == 2


async def test_parked_copies_are_tried_again_when_told(store: SqlCopyStore) -> None:
    await store.add([a_copy(b"1"), a_copy(b"2", created_at=NOON + MINUTE)])
    assert await store.park_older(BILLING, NOON + timedelta(seconds=1), NOON + 3 * MINUTE) == 1
    assert [copy.message.body for copy in await claimed(store, NOON + MINUTE)] == [b"2"]
    assert await store.change(CopyFilter(state=CopyState.PARKED), CopyState.WAITING, NOON) == 1
    await store.release(["a" * 32])
    assert [copy.message.body for copy in await claimed(store, NOON + MINUTE)] == [b"1"]


async def test_copies_are_found_by_state_service_and_user_a_page_at_a_time(store: SqlCopyStore) -> None:
    emsp = PartyId("NL", "MSP")
    await store.add([a_copy(), a_copy(user=emsp), a_copy(service=ANALYTICS, lane="b")])
    assert len(await store.find(CopyFilter(), after=0, most=10)) == 3
    first, second = await store.find(CopyFilter(service=BILLING), after=0, most=10)
    assert await store.find(CopyFilter(service=BILLING), after=first.id, most=10) == [second]
    assert await store.find(CopyFilter(user=emsp), after=0, most=1) == [second]
    assert first.message.body == b""


async def test_counts_name_the_oldest_that_waits(store: SqlCopyStore) -> None:
    assert (await store.counts()).oldest_waiting is None
    await store.add([a_copy(created_at=NOON + MINUTE), a_copy(lane="b")])
    counts = await store.counts()
    assert (counts.by_state[CopyState.WAITING], counts.oldest_waiting) == (2, NOON)


async def test_pruning_leaves_what_waits_and_what_is_kept_longer(
    store: SqlCopyStore, database: Database
) -> None:
    await store.add([a_copy(b"1"), a_copy(b"2", lane="b"), a_copy(b"3", lane="c")])
    first, second, _ = await claimed(store)
    await store.settle(outcome(first, CopyState.DELIVERED))
    await store.settle(outcome(second, CopyState.PARKED))
    assert await store.prune(NOON + 2 * MINUTE, NOON - MINUTE) == 1
    assert await store.get(first.id) is None
    assert await store.prune(NOON + 2 * MINUTE, NOON + 2 * MINUTE) == 1
    async with database.statement() as connection:
        lanes = (await connection.execute(text("SELECT lane FROM copy_lane"))).scalars().all()
    assert lanes == ["c" * 32]
