"""What a pair agrees on before any money flows: one document that both sign.

Written as JSON with sorted members; that text is hashed, and the hash is signed under the lane's own domain,
so terms of one chain or contract say nothing on another. Signed by the key that the registry lists for the
party, which thereby says that the vault and the voucher key named beside it are its own.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.amounts import MOST_DECIMALS, shown
from ocn.settlement.core.lane import MOST_UNITS, Lane, known_address
from ocn.settlement.errors import TermsInvalid

LONGEST_TICK_S: Final = 3600
LONGEST_HOLD_BACK_H: Final = 24 * 30
"""The contract holds back no longer."""
_MOST_CAUSES: Final = 64


@dataclass(frozen=True, slots=True)
class Side:
    """One party of the terms."""

    party: PartyId
    key: str
    """Signs the terms: the key that the registry lists for the party."""
    vault: str
    """Whose money it is, on chain."""
    signer: str
    """Signs this side's vouchers: the vault itself, or a hot key of it."""

    def __post_init__(self) -> None:
        """Bring addresses into one form."""
        for name in ("key", "vault", "signer"):
            object.__setattr__(self, name, known_address(getattr(self, name), name))


@dataclass(frozen=True, slots=True)
class Tick:
    """How much may be open. A CPO asks when half of it is, and holds the car when all of it is."""

    wh: int
    s: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The payer is the eMSP, the payee the CPO. Amounts are in the token's smallest unit.

    Raises:
        TermsInvalid: a member out of bounds, or members that contradict each other.
    """

    payer: Side
    payee: Side
    chain_id: int
    contract: str
    token: str
    decimals: int
    currency: str
    tick: Tick
    grace_s: int
    """So long without the voucher that was asked for, and the CPO holds the car; twice that, and it stops."""
    reserve: int
    """What the payer must have reserved for the payee before a session starts."""
    unsecured: int
    """What the payee grants beyond the reserve."""
    tolerance: int = 0
    """By how much the price of a running session may exceed what the payer computes."""
    floor: int = 0
    """The least that a tick of a session is asked for and paid. A CDR is paid whatever is open."""
    rate: Decimal = Decimal(1)
    """Tokens per unit of the currency."""
    rate_source: str = ""
    """Who says so, when it is not 1."""
    set_off: bool = True
    hold_back_h: int = 0
    arbiter: str = ""
    vat_included: bool = True
    accepted_causes: tuple[str, ...] = ()
    """Causes by which a CDR may differ and is paid all the same; sorted, each once."""
    number: int = 1
    """Later terms of a pair have a higher one."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    lane: Lane = field(init=False)
    """From payer to payee; credits go the opposite way."""

    def __post_init__(self) -> None:
        """Check everything that can be checked without asking anybody."""
        lane = Lane(self.chain_id, self.contract, self.token, self.payer.vault, self.payee.vault)
        arbiter = known_address(self.arbiter, "arbiter") if self.arbiter else ""
        one_form = {"lane": lane, "contract": lane.contract, "token": lane.token, "arbiter": arbiter}
        for name, given in one_form.items():
            object.__setattr__(self, name, given)
        if self.payer.party == self.payee.party:
            raise TermsInvalid("a party needs no terms with itself")
        for name, value, least, most in self._bounds():
            if not least <= value <= most:
                raise TermsInvalid(f"{name} is {value}; it must be from {least} to {most}")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise TermsInvalid(f"{self.currency[:10]!r} is no currency code of ISO 4217")
        if not 0 < self.rate < 10**9:
            raise TermsInvalid("rate must be a positive number of tokens per unit of the currency")
        if self.rate != 1 and not self.rate_source:
            raise TermsInvalid("a rate other than 1 needs a rate_source")
        self._check_arbiter()
        if list(self.accepted_causes) != sorted(set(self.accepted_causes)):
            raise TermsInvalid("accepted_causes must be sorted, each once")

    def _check_arbiter(self) -> None:
        if bool(self.hold_back_h) != bool(self.arbiter):
            raise TermsInvalid("hold_back_h and arbiter are given together or not at all")
        if self.arbiter in (self.lane.payer, self.lane.payee):
            raise TermsInvalid("the arbiter must be a third party, not one of the two vaults")

    def is_in_force(self, now: datetime) -> bool:
        """Whether new sessions may start under these terms."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)

    def side_of(self, party: PartyId) -> Side:
        """Return a party's own side.

        Raises:
            TermsInvalid: the terms are others'.
        """
        for side in (self.payer, self.payee):
            if side.party == party:
                return side
        raise TermsInvalid(f"these terms are between {self.payer.party} and {self.payee.party}, not {party}")

    def signer_on(self, lane: Lane) -> str:
        """Return whose key signs the vouchers of the lane there, or of the lane back."""
        if lane == self.lane:
            return self.payer.signer
        if lane == self.lane.opposite:
            return self.payee.signer
        raise TermsInvalid(f"{lane} is not the lane of these terms")

    def said(self, units: int) -> str:
        """Write an amount for people: ``12.5 EUR (12500000 units)``; ``tokens`` where the rate is not 1."""
        name = self.currency if self.rate == 1 else "tokens"
        return f"{shown(units, self.decimals)} {name} ({units} units)"

    def _bounds(self) -> tuple[tuple[str, int, int, int], ...]:
        return (
            ("decimals", self.decimals, 0, MOST_DECIMALS),
            ("tick.wh", self.tick.wh, 1, 10**7),
            ("tick.s", self.tick.s, 1, LONGEST_TICK_S),
            ("grace_s", self.grace_s, 1, LONGEST_TICK_S),
            ("reserve", self.reserve, 0, MOST_UNITS),
            ("unsecured", self.unsecured, 0, MOST_UNITS),
            ("tolerance", self.tolerance, 0, MOST_UNITS),
            ("floor", self.floor, 0, MOST_UNITS),
            ("hold_back_h", self.hold_back_h, 0, LONGEST_HOLD_BACK_H),
            ("number", self.number, 1, 2**53),
            ("the number of accepted_causes", len(self.accepted_causes), 0, _MOST_CAUSES),
        )
