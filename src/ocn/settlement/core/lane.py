"""A lane: what one vault pays to another in one token of one contract on one chain, and how it stands."""

import re
from dataclasses import dataclass
from datetime import datetime

from ocn.settlement.errors import TermsInvalid
from ocn.signing.addresses import address_bytes, checksummed
from ocn.signing.errors import SignatureInvalid

MOST_UNITS = 2**120 - 1
"""The contract counts a lane in 120 bits."""
_KEY = re.compile(
    r"(\d{1,20}):(0x[0-9a-fA-F]{40})/(0x[0-9a-fA-F]{40})/(0x[0-9a-fA-F]{40})-(0x[0-9a-fA-F]{40})"
)


@dataclass(frozen=True, slots=True)
class Lane:
    """Where vouchers count. Addresses are written in EIP-55 case, whatever case they come in.

    Raises:
        TermsInvalid: something is no address, or a vault would pay itself.
    """

    chain_id: int
    contract: str
    token: str
    payer: str
    payee: str

    def __post_init__(self) -> None:
        """Check and bring into one form."""
        if not 0 < self.chain_id < 2**64:
            raise TermsInvalid(f"{self.chain_id} is no chain id")
        for name in ("contract", "token", "payer", "payee"):
            object.__setattr__(self, name, known_address(getattr(self, name), name))
        if self.payer == self.payee:
            raise TermsInvalid(f"the vault {self.payer} cannot pay itself")

    @property
    def opposite(self) -> "Lane":
        """The way back, where credits go."""
        return Lane(self.chain_id, self.contract, self.token, self.payee, self.payer)

    @property
    def key(self) -> str:
        """The lane as one text, for storage and messages."""
        return f"{self.chain_id}:{self.contract}/{self.token}/{self.payer}-{self.payee}"

    @classmethod
    def from_key(cls, key: str) -> "Lane":
        """Read :attr:`key`.

        Raises:
            TermsInvalid: it is none.
        """
        found = _KEY.fullmatch(key)
        if found is None:
            raise TermsInvalid(f"{key[:80]!r} names no lane")
        return cls(int(found[1]), found[2], found[3], found[4], found[5])

    def __str__(self) -> str:
        return f"lane {self.payer} to {self.payee} in {self.token}"


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane as the chain has it."""

    claimed: int = 0
    reserve: int = 0
    free: int = 0
    """What the payer has beyond all its reserves."""
    exit: "Exit | None" = None
    set_off: bool = False
    """What the payee is paid becomes its reserve for the payer, and no end of that is announced."""
    set_off_ends: bool = False
    """The payee has announced the end of that."""
    window_s: int = 0
    """For how long payments are held back; 0 for not at all."""
    arbiter: str = ""
    """Who decides about what is held back, if anything is."""
    held: int = 0
    """What is paid and held back, and not disputed."""


@dataclass(frozen=True, slots=True)
class Exit:
    """The payer has asked for a part of its reserve back, and has it from ``ready_at`` on."""

    amount: int
    ready_at: datetime


NEVER_USED = LaneState()
"""A lane that the chain never heard of."""


def known_address(text: object, name: str) -> str:
    """Return an address in EIP-55 case.

    Raises:
        TermsInvalid: it is none, or nobody's (zero).
    """
    try:
        raw = address_bytes(text) if isinstance(text, str) else b""
    except SignatureInvalid:
        raw = b""
    if not any(raw):
        raise TermsInvalid(
            f"{name}: {str(text)[:60]!r} is no address", hint="0x and 40 hex digits, not all 0"
        )
    return checksummed(raw)
