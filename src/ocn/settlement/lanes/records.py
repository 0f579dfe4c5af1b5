"""What the events of Lanes leave behind: a key, and the record it now has. These values are stored."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec


class Kind(StrEnum):
    """The four things that the contract keeps."""

    FREE = "free"
    LANE = "lane"
    SIGNER = "signer"
    DISPUTE = "dispute"


class Key(NamedTuple):
    """Whose record, by addresses in EIP-55 case; see the functions below for which stand where."""

    kind: Kind
    first: str
    second: str
    third: str = ""
    fourth: str = ""


def free_key(token: str, party: str) -> Key:
    """Return the key of a party's free money."""
    return Key(Kind.FREE, token, party)


def lane_key(payer: str, payee: str, token: str) -> Key:
    """Return the key of a lane, one direction."""
    return Key(Kind.LANE, payer, payee, token)


def signer_key(party: str, key: str) -> Key:
    """Return the key of a hot key."""
    return Key(Kind.SIGNER, party, key)


def dispute_key(payer: str, payee: str, token: str, leaf: str) -> Key:
    """Return the key of a dispute: its lane, and the hash of its leaf as 0x-hex."""
    return Key(Kind.DISPUTE, payer, payee, token, leaf)


@dataclass(frozen=True, slots=True)
class FreeRecord:
    """Money of a party that no reserve holds, in units."""

    amount: int


@dataclass(frozen=True, slots=True)
class LaneRecord:
    """One direction between two parties in one token; all amounts in units, times in Unix seconds.

    ``exit`` is the part of the reserve whose release was requested; from ``exit_ready_at`` on it may leave.
    ``setoff``: what the payer pays becomes the payee's reserve for the payer, ``leaves_at`` when that may end
    (0: not asked for). ``window`` in seconds and ``arbiter`` are of a hold-back lane, whose payments lie in
    ``held`` and, once in dispute, in ``disputed``. ``evidence`` and ``settled_in`` are of the voucher and the
    transaction that moved ``claimed`` last, as 0x-hex.
    """

    claimed: int = 0
    reserved: int = 0
    exit: int = 0
    exit_ready_at: int = 0
    setoff: bool = False
    leaves_at: int = 0
    window: int = 0
    arbiter: str = ""
    held: int = 0
    disputed: int = 0
    evidence: str = ""
    settled_in: str = ""


@dataclass(frozen=True, slots=True)
class SignerRecord:
    """A hot key's rights (1 vouchers, 2 returns) and until when vouchers of one that lost its right reach."""

    rights: int
    retires_at: int = 0


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """What was frozen (units), until when the arbiter may divide it (Unix seconds), and who got what.

    ``claimed`` and ``evidence`` are the lane's from when it was opened. Transactions and hashes are 0x-hex;
    ``resolved_in`` is empty while nobody got anything.
    """

    amount: int
    timeout: int
    claimed: int
    evidence: str
    opened_in: str
    to_payer: int = 0
    to_payee: int = 0
    resolved_in: str = ""


Record: TypeAlias = FreeRecord | LaneRecord | SignerRecord | DisputeRecord

NO_LANE: Final = LaneRecord()
NO_SIGNER: Final = SignerRecord(0)
VOUCHERS: Final = 1
"""The right to sign vouchers, and to reserve."""
RETURNS: Final = 2
"""The right to give reserves back."""

_DECODERS: Final[dict[Kind, msgspec.json.Decoder[Any]]] = {
    Kind.FREE: msgspec.json.Decoder(FreeRecord),
    Kind.LANE: msgspec.json.Decoder(LaneRecord),
    Kind.SIGNER: msgspec.json.Decoder(SignerRecord),
    Kind.DISPUTE: msgspec.json.Decoder(DisputeRecord),
}
_ENCODER: Final = msgspec.json.Encoder()


class LaneLayout:
    """How keys and records stand in the event log; see :class:`ocn.chain.following.log.Layout`."""

    def key_to_text(self, key: Key) -> str:
        """Write ``free TOKEN PARTY``, ``lane PAYER PAYEE TOKEN``, ``signer PARTY KEY`` or a dispute.

        The latter is ``dispute PAYER PAYEE TOKEN LEAF``.
        """
        return " ".join(word for word in key if word)

    def key_from_text(self, text: str) -> Key:
        """Read it."""
        kind, *addresses = text.split(" ")
        return Key(Kind(kind), *addresses)

    def record_to_json(self, record: Record | None) -> bytes | None:
        """Write a record."""
        return None if record is None else _ENCODER.encode(record)

    def record_from_json(self, key: Key, text: str | None) -> Record | None:
        """Read it."""
        if text is None:
            return None
        record: Record = _DECODERS[key.kind].decode(text)
        return record
