"""A database of the first version, with data in it, brought to what this code knows."""

from dataclasses import replace
from datetime import timedelta

from alembic import command
from sqlalchemy import Connection, insert
from tests.integration.settlement_storage.conftest import CPO, EMSP, LANE, NOON, next_voucher, terms

from ocn.database.upgrade import alembic_config
from ocn.settlement.core.booking import Booking, Settlement
from ocn.settlement.core.books import SessionBook
from ocn.settlement.core.invoices import InvoiceState
from ocn.settlement.keeper import SqlKeeperStore
from ocn.settlement.records import Step
from ocn.settlement.storage import open_store
from ocn.settlement.storage import tables as t
from ocn.settlement.storage.rows.bookings import booking_values
from ocn.settlement.storage.rows.terms import terms_values
from ocn.settlement.storage.schema import SETTLEMENT_SCHEMA, open_settlement_database

BOOK = SessionBook(CPO, "S1", EMSP, LANE.key, b"\x09" * 32, 12)
BOOKING = Booking(LANE, Settlement("0x01", 5, 0, 90, b"\x01" * 32), 1, (("S1", 90),), ("CDR1",), 0)
PROOFS = ("payer_vault_signature", "payee_vault_signature")


def _to_first_version(connection: Connection) -> None:
    command.upgrade(alembic_config(connection, SETTLEMENT_SCHEMA), "0001")


async def first_version(url: str) -> None:
    """Make such a database, with terms that prove no vault."""
    old_terms = {name: value for name, value in terms_values(terms(1)).items() if name not in PROOFS}
    old_booking = {name: value for name, value in booking_values(BOOKING).items() if name != "credits"}
    async with open_settlement_database(url) as database, database.transaction() as connection:
        await connection.run_sync(_to_first_version)
        await connection.execute(insert(t.terms).values({**old_terms, "agreed_at": NOON}))
        await connection.execute(insert(t.booking).values({**old_booking, "at": NOON}))


async def test_database_of_the_first_version_keeps_everything_and_goes_on(store_url: str) -> None:
    await first_version(store_url)
    store = await open_store(store_url)
    (kept,) = await store.terms(EMSP, CPO)
    assert (kept.terms, kept.payer_signature) == (terms(1).terms, terms(1).payer_signature)
    assert not kept.proves_vaults
    assert await store.began(NOON + timedelta(days=1)) == NOON
    assert await store.bookings(LANE) == [BOOKING]
    assert await store.invoices(InvoiceState.WAITING) == []
    voucher = next_voucher()
    await store.record(Step(NOON, vouchers=(voucher,), books=(BOOK,)))
    assert await store.last(LANE) == voucher
    assert await store.same(CPO, BOOK.identity) == [BOOK]
    assert await SqlKeeperStore(store.database, chain_id=1, account=LANE.payer).waiting() == []
    await store.close()


async def test_terms_of_the_first_version_get_the_proofs_of_their_vaults_once(store_url: str) -> None:
    await first_version(store_url)
    store = await open_store(store_url)
    for each in (terms(1), replace(terms(1), payer_vault_signature=b"\x03" * 64)):
        await store.save_terms(each, NOON)
        assert await store.terms(EMSP, CPO) == [terms(1)]
    await store.close()
