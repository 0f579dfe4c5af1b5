"""What settlement must not forget: vouchers with what they open, cases, steps that hold together."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.books import CdrBook, SessionBook
from ocn.settlement.core.evidence import Entry, Head
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.reasons import Reason
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.signing.hashes import keccak256


@dataclass(frozen=True, slots=True)
class Recorded:
    """One voucher of a lane, whichever side signed it."""

    lane: Lane
    entry: Entry
    signature: bytes = field(repr=False)
    at: datetime

    @property
    def voucher(self) -> SignedVoucher:
        """What the contract takes."""
        return SignedVoucher(self.lane, self.entry.cumulative, self.entry.evidence, self.signature)

    @property
    def head(self) -> Head:
        """The lane after it."""
        return self.entry.head


class Outcome(StrEnum):
    """How a case ended."""

    APPROVED = "APPROVED"
    """People of the payer have said: pay it as it is."""
    REJECTED = "REJECTED"
    """People have said: it stays unpaid."""
    SETTLED = "SETTLED"
    """The session was settled by another CDR, the CDR was credited, or the dispute on chain has ended."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something that is not paid until people, or a better CDR, have settled it. Both sides keep it."""

    id: str
    own: PartyId
    peer: PartyId
    owner: PartyId
    """Whose session it is: the payee of both."""
    session_id: str
    cdr_id: str
    reason: Reason
    detail: str
    opened_at: datetime
    evidence: bytes = field(default=b"", repr=False)
    """The document of verification, as canonical JSON; empty when there is none."""
    evidence_hash: bytes = b""
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    note: str = ""


def case_id(owner: PartyId, session_id: str, cdr_id: str, reason: Reason) -> str:
    """Return the id under which both sides know a case; the same matter never opens a second one."""
    named = f"{owner.key}\n{session_id.casefold()}\n{cdr_id.casefold()}\n{reason}"
    return keccak256(named.encode()).hex()[:12]


@dataclass(frozen=True, slots=True)
class Step:
    """Changes that are true together or not at all, at one moment.

    ``vouchers`` continue their lanes: each must follow what the store has as the lane's last, or nothing of
    the step happens. ``closed`` are sessions whose open cases are settled.
    """

    at: datetime
    vouchers: tuple[Recorded, ...] = ()
    books: tuple[SessionBook, ...] = ()
    cdrs: tuple[CdrBook, ...] = ()
    cases: tuple[Case, ...] = ()
    settled: tuple[tuple[PartyId, str], ...] = ()
    tariffs: tuple[tuple[PartyId, str, bytes], ...] = ()
    """By which tariffs a session is priced, as they were when it was first paid for: owner, id, JSON."""
