"""A payer's database with a log of four vouchers, the last of which nobody claims."""

from datetime import UTC, datetime

from tests.integration.cli_settlement.commands import PAYER

from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS
from ocn.chain.networks import BUILT_IN
from ocn.ocpi.party_id import PartyId
from ocn.settlement import Side, Terms, Tick, open_store
from ocn.settlement.core.books import CdrBook, CdrState
from ocn.settlement.core.evidence import NOTHING_YET, Entry, Kind, Leaf, extend
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.records import Recorded, Step
from ocn.signing.keys import PrivateKey

PAYEE, ARBITER, STRANGER = (PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS[2:5])
CPO, EMSP = PartyId("DE", "CPO"), PartyId("NL", "MSP")
LOCAL = BUILT_IN["local"]
LANE = Lane(LOCAL.chain_id, str(LOCAL.lanes), LOCAL.tokens["EUR"], PAYER.address, PAYEE.address)
EUR = 1_000_000
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TERMS = Terms(
    payer=Side(EMSP, PAYER.address, PAYER.address, PAYER.address),
    payee=Side(CPO, PAYEE.address, PAYEE.address, PAYEE.address),
    chain_id=LANE.chain_id,
    contract=LANE.contract,
    token=LANE.token,
    decimals=6,
    currency="EUR",
    tick=Tick(500, 10),
    grace_s=20,
    reserve=0,
    unsecured=100,
    hold_back_h=1,
    arbiter=ARBITER.address,
)


def leaf(session: str, units: int, *, cdr: str = "") -> Leaf:
    kind, name = (Kind.CDR, cdr) if cdr else (Kind.TICK, session)
    return Leaf(kind, CPO, session, name, units, 500, bytes([len(session)]) * 32)


VOUCHERS = (
    (leaf("S1", 2 * EUR), leaf("S2", EUR)),
    (leaf("S1", 3 * EUR),),
    (leaf("S1", EUR, cdr="CDR1"), leaf("S3", 0)),
    (leaf("S4", 4 * EUR),),  # not claimed
)


def log() -> list[Entry]:
    head, entries = NOTHING_YET, []
    for number, leaves in enumerate(VOUCHERS):
        entries.append(extend(head, leaves, bytes([number]) * 32))
        head = entries[-1].head
    return entries


async def stored(url: str, entries: list[Entry], terms: Terms = TERMS) -> str:
    """Make the payer's database."""
    store = await open_store(url)
    signed = SignedTerms(terms).signed_by(PAYER, EMSP).signed_by(PAYEE, CPO)
    await store.save_terms(signed, NOON)
    for entry in entries:
        voucher = sign_voucher(PAYER, LANE, entry.cumulative, entry.evidence)
        await store.record(Step(NOON, vouchers=(Recorded(LANE, entry, voucher.signature, NOON),)))
    cdr = CdrBook(CPO, "CDR1", "S1", LANE.key, bytes(32), 6 * EUR, CdrState.ACCEPTED)
    await store.record(Step(NOON, cdrs=(cdr,)))
    await store.close()
    return url
