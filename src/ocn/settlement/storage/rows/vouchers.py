"""Vouchers, each with its leaves as one value."""

from typing import Any

import msgspec
from sqlalchemy import Row

from ocn.ocpi.party_id import party_of_codes
from ocn.settlement.core.evidence import Entry, Kind, Leaf
from ocn.settlement.core.lane import Lane
from ocn.settlement.records import Recorded

_LEAVES = msgspec.msgpack.Decoder(list[tuple[int, str, str, str, str, int, bytes, bytes, str]])


def voucher_values(recorded: Recorded) -> dict[str, Any]:
    """Write a voucher; its leaves as one value."""
    entry = recorded.entry
    return {
        "lane": recorded.lane.key,
        "number": entry.number,
        "cumulative": entry.cumulative,
        "previous": entry.previous,
        "root": entry.root,
        "evidence": entry.evidence,
        "seed": entry.seed,
        "leaves": _leaves_bytes(entry.leaves),
        "signature": recorded.signature,
        "at": recorded.at,
    }


def recorded_of(row: Row[Any], lane: Lane) -> Recorded:
    """Read a voucher."""
    entry = Entry(
        row.number,
        row.cumulative,
        row.previous,
        row.seed,
        _leaves_of(row.leaves),
        row.root,
        row.evidence,
    )
    return Recorded(lane, entry, row.signature, row.at)


def _leaves_bytes(leaves: tuple[Leaf, ...]) -> bytes:
    rows = [
        (
            int(leaf.kind),
            leaf.owner.key,
            leaf.session_id,
            "" if leaf.id == leaf.session_id else leaf.id,
            str(leaf.amount),
            leaf.wh,
            leaf.document,
            leaf.signed,
            leaf.ends,
        )
        for leaf in leaves
    ]
    return msgspec.msgpack.encode(rows)


def _leaves_of(data: bytes) -> tuple[Leaf, ...]:
    return tuple(
        Leaf(Kind(kind), party_of_codes(owner), session_id, id_ or session_id, int(amount), wh, *rest)  # type: ignore[arg-type]  # hashes and what it ends
        for kind, owner, session_id, id_, amount, wh, *rest in _LEAVES.decode(data)
    )
