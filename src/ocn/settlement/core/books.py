"""What was settled of each session and CDR, kept alike by both sides."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.evidence import MOST_WH, Kind, Leaf
from ocn.settlement.core.reasons import Refusal
from ocn.settlement.errors import EvidenceInvalid


@dataclass(frozen=True, slots=True)
class SessionBook:
    """One session of a CPO's: ``paid`` by leaves on the lane there, ``credited`` by leaves back."""

    owner: PartyId
    id: str
    payer: PartyId
    lane: str
    """The key of the lane there. A session stays on the lane that it was first paid on."""
    identity: bytes = b""
    """The hash of what never changes in a session, as it was told when it was first paid for."""
    paid: int = 0
    credited: int = 0
    wh: int = 0
    stated_at: datetime | None = None
    """As of when it was told when it was last paid for."""
    cdr_id: str = ""
    """The accepted CDR, until it is credited."""

    @property
    def settled(self) -> int:
        """What the session has cost so far; the total of its CDR once that is accepted."""
        return self.paid - self.credited

    @property
    def is_known(self) -> bool:
        """Whether it was paid for before, as far as these books go."""
        return bool(self.identity or self.paid or self.cdr_id)

    @property
    def is_finished(self) -> bool:
        """Whether a CDR is accepted."""
        return bool(self.cdr_id)

    def ends_by(self, leaf: Leaf) -> bool:
        """Whether a credit takes back the accepted CDR."""
        return bool(leaf.ends) and leaf.ends.casefold() == self.cdr_id.casefold()

    def after(self, leaf: Leaf, stated_at: datetime | None = None) -> "SessionBook":
        """Return the book with one more leaf.

        Raises:
            EvidenceInvalid: more energy than can be counted.
        """
        if self.wh + leaf.wh > MOST_WH:
            raise EvidenceInvalid(f"session {self.id} would have more energy than can be counted")
        if leaf.kind is Kind.CREDIT:
            cdr_id = "" if self.ends_by(leaf) else self.cdr_id
            return replace(self, credited=self.credited + leaf.amount, cdr_id=cdr_id)
        return replace(
            self,
            paid=self.paid + leaf.amount,
            wh=self.wh + leaf.wh,
            stated_at=max(filter(None, (self.stated_at, stated_at)), default=None),
            cdr_id=leaf.id if leaf.kind is Kind.CDR else self.cdr_id,
        )


class CdrState(StrEnum):
    """What became of a CDR."""

    OPEN = "OPEN"
    """Asked for, and neither paid nor refused for good."""
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    CREDITED = "CREDITED"


@dataclass(frozen=True, slots=True)
class CdrBook:
    """One CDR that was asked for. The document never changes, so its hash says which it was."""

    owner: PartyId
    id: str
    session_id: str
    lane: str
    document: bytes
    total: int
    state: CdrState
    refusal: Refusal | None = None
    body: bytes = field(default=b"", repr=False)
    """The document itself, where it is still to be asked for."""
