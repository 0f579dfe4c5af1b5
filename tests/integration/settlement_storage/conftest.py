"""A store over each kind of database, and values to put into one."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.evidence import NOTHING_YET, Kind, Leaf, extend
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Side, Terms, Tick
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.records import Recorded
from ocn.settlement.storage import SqlStore, open_store
from ocn.signing.keys import PrivateKey

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)
KEY, OTHER_KEY = PrivateKey(b"\x01" * 32), PrivateKey(b"\x02" * 32)
LANE = Lane(31337, "0x" + "c0" * 20, "0x" + "e0" * 20, KEY.address, OTHER_KEY.address)
CPO, EMSP = PartyId("DE", "CPO"), PartyId("nl", "MsP")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    if request.param == "sqlite":
        numbers = count()
        return lambda: f"sqlite:///{tmp_path / f'settlement{next(numbers)}.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_postgresql_database")
    return make


@pytest.fixture
def store_url(new_store_url: Callable[[], str]) -> str:
    return new_store_url()


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[SqlStore]:
    opened = await open_store(store_url)
    yield opened
    await opened.close()


def next_voucher(
    before: Recorded | None = None, *, amount: int = 5, session_id: str = "S1", lane: Lane = LANE
) -> Recorded:
    """What follows a voucher, or the first of a lane."""
    leaves = [
        Leaf(Kind.TICK, CPO, session_id, session_id, amount, 7, b"\x05" * 32, b"\x06" * 32),
        Leaf(Kind.CDR, CPO, session_id, "CDR|1", 2**100, 0, b"\x07" * 32),
    ]
    entry = extend(before.head if before else NOTHING_YET, leaves, amount.to_bytes(32, "big"))
    signature = sign_voucher(KEY, lane, entry.cumulative, entry.evidence).signature
    return Recorded(lane, entry, signature, NOON)


def terms(number: int = 1, reserve: int = 5) -> SignedTerms:
    """Terms that both have signed."""
    document = Terms(
        payer=Side(EMSP, KEY.address, KEY.address, KEY.address),
        payee=Side(CPO, OTHER_KEY.address, OTHER_KEY.address, OTHER_KEY.address),
        chain_id=LANE.chain_id,
        contract=LANE.contract,
        token=LANE.token,
        decimals=6,
        currency="EUR",
        tick=Tick(500, 10),
        grace_s=20,
        reserve=reserve,
        unsecured=0,
        rate=Decimal("1.25"),
        rate_source="ECB",
        number=number,
    )
    return SignedTerms(document).signed_by(KEY, EMSP).signed_by(OTHER_KEY, CPO)
