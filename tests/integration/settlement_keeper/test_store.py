"""What a keeper remembers, in memory and in a file: whatever else is to be its storage has to pass this."""

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ocn.chain.fees import Fee
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.keeper import KeeperStore, SqliteKeeperStore, SqlKeeperStore
from ocn.settlement.keeper.jobs import Call, Claim, ClaimWallet, Net
from ocn.settlement.keeper.store import Attempt, Draft, KeeperStoreUnusable
from ocn.settlement.storage import open_store
from ocn.settlement.storage.schema import open_settlement_database
from ocn.signing.addresses import checksummed
from ocn.signing.keys import PrivateKey

A, B = PrivateKey(b"\x01" * 32), PrivateKey(b"\x02" * 32)
LANE = Lane(9, checksummed(b"\x11" * 20), checksummed(b"\x22" * 20), A.address, B.address)
VOUCHER = sign_voucher(A, LANE, 2**119 + 1, b"\x07" * 32)
BACK = sign_voucher(B, LANE.opposite, 5, bytes(32))
WALLET = WalletVoucher(LANE, 2**119 + 1, b"\x07" * 32, b"\x01" * 65)
JOBS = (Claim(VOUCHER), Net(VOUCHER, BACK), Call("withdraw", b"\x01\x02"), ClaimWallet(WALLET))
ACCOUNT = "0x" + "aa" * 20


def attempt(number: int, fee: Fee | None = None) -> Attempt:
    return Attempt(f"0x{number:064x}", bytes([number]), fee or Fee(10**12, 1))


def draft(nonce: int) -> Draft:
    return Draft(nonce, ACCOUNT, b"\x01", 21_000, repeatable=True)


@pytest.fixture(params=["memory", "file", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KeeperStore]:
    if request.param in ("sqlite", "postgresql"):
        url = f"sqlite:///{tmp_path / 'settlement.db'}"
        if request.param == "postgresql":
            make: Callable[[], str] = request.getfixturevalue("new_postgresql_database")
            url = make()
        service = await open_store(url)
        yield SqlKeeperStore(service.database, chain_id=9, account=ACCOUNT)
        await service.close()
        return
    path = None if request.param == "memory" else tmp_path / "keeper.sqlite"
    opened = SqliteKeeperStore(path, chain_id=9, account=ACCOUNT)
    yield opened
    await opened.close()


async def test_jobs_come_back_as_they_were_in_order(store: KeeperStore) -> None:
    for job in JOBS:
        assert await store.add(job)
    assert tuple(one.job for one in await store.waiting()) == JOBS
    assert [one.tries for one in await store.waiting()] == [0, 0, 0, 0]


async def test_open_job_of_the_same_name_is_not_kept_twice(store: KeeperStore) -> None:
    assert await store.add(JOBS[0])
    assert not await store.add(Claim(VOUCHER))
    (waiting,) = await store.waiting()
    opened = await store.begin(draft(0), attempt(1), [waiting.id])
    assert not await store.add(Claim(VOUCHER))
    await store.finish(opened.id)
    assert await store.add(Claim(VOUCHER))


async def test_transaction_takes_its_jobs_and_closes_with_them(store: KeeperStore) -> None:
    for job in JOBS:
        await store.add(job)
    first, second, third, fourth = await store.waiting()
    opened = await store.begin(draft(7), attempt(1), [first.id, third.id])
    assert await store.waiting() == [second, fourth]
    assert await store.jobs_of(opened.id) == [first, third]
    await store.attempt(opened.id, attempt(2, Fee(2**70)))
    (found,) = await store.transactions()
    assert found.draft == draft(7)
    assert found.attempts == (attempt(1), attempt(2, Fee(2**70)))
    await store.finish(opened.id)
    assert await store.transactions() == []
    assert await store.waiting() == [second, fourth]


async def test_given_back_jobs_wait_again_and_remember_failures(store: KeeperStore) -> None:
    await store.add(JOBS[0])
    (waiting,) = await store.waiting()
    for failed, tries in ((False, 0), (True, 1), (True, 2)):
        opened = await store.begin(draft(3), attempt(1), [waiting.id])
        await store.give_back(opened.id, failed=failed)
        assert [one.tries for one in await store.waiting()] == [tries]


async def test_dropped_is_forgotten_unless_under_way(store: KeeperStore) -> None:
    for job in JOBS:
        await store.add(job)
    first, second, *_ = await store.waiting()
    opened = await store.begin(draft(3), attempt(1), [first.id])
    await store.drop([first.id, second.id])
    assert [one.job for one in await store.waiting()] == [JOBS[2], JOBS[3]]
    assert await store.jobs_of(opened.id) == [first]


async def test_transactions_come_by_their_numbers(store: KeeperStore) -> None:
    for nonce in (9, 4, 6):
        await store.begin(draft(nonce), attempt(nonce), ())
    assert [one.draft.nonce for one in await store.transactions()] == [4, 6, 9]


async def test_number_in_use_is_not_used_twice(store: KeeperStore) -> None:
    await store.begin(draft(4), attempt(1), ())
    with pytest.raises(KeeperStoreUnusable):
        await store.begin(draft(4), attempt(2), ())
    assert len(await store.transactions()) == 1


async def test_cancelled_change_is_done_whole(store: KeeperStore) -> None:
    adding = asyncio.create_task(store.add(JOBS[0]))
    await asyncio.sleep(0)
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    assert len(await store.waiting()) in (0, 1)
    await store.add(JOBS[1])


async def test_file_is_for_its_owner_and_one_account(tmp_path: Path) -> None:
    path = tmp_path / "keeper.sqlite"
    first = SqliteKeeperStore(path, chain_id=9, account=ACCOUNT)
    await first.add(JOBS[0])
    await first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = SqliteKeeperStore(path, chain_id=9, account=ACCOUNT)
    assert [one.job for one in await again.waiting()] == [JOBS[0]]
    await again.close()
    for chain_id, account in ((10, ACCOUNT), (9, "0x" + "bb" * 20)):
        with pytest.raises(KeeperStoreUnusable, match="belongs to the account"):
            SqliteKeeperStore(path, chain_id=chain_id, account=account)


async def test_accounts_in_one_database_do_not_see_each_others(tmp_path: Path) -> None:
    service = await open_store(f"sqlite:///{tmp_path / 'settlement.db'}")
    stores = [
        SqlKeeperStore(service.database, chain_id=chain_id, account=account)
        for chain_id, account in ((9, ACCOUNT), (10, ACCOUNT), (9, "0x" + "bb" * 20))
    ]
    for each in stores:
        assert await each.add(JOBS[0])
        (waiting,) = await each.waiting()
        await each.begin(draft(4), attempt(1), [waiting.id])
        assert len(await each.transactions()) == 1
    await service.close()
    async with open_settlement_database(f"sqlite:///{tmp_path / 'empty.db'}") as empty:
        with pytest.raises(KeeperStoreUnusable, match="the keeper's tables cannot be used"):
            await SqlKeeperStore(empty, chain_id=9, account=ACCOUNT).waiting()


async def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 300)
    with pytest.raises(KeeperStoreUnusable, match=r"letter\.txt"):
        SqliteKeeperStore(path, chain_id=9, account=ACCOUNT)
