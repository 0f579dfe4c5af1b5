"""One view of all lanes in memory, changed record by record."""

from collections.abc import Iterator
from typing import TypeVar

from ocn.settlement.lanes.records import (
    NO_LANE,
    NO_SIGNER,
    DisputeRecord,
    FreeRecord,
    Key,
    Kind,
    LaneRecord,
    Record,
    SignerRecord,
    free_key,
    lane_key,
    signer_key,
)

OwnerT = TypeVar("OwnerT")


class LaneRecords:
    """The records of every key, which lanes a party has part in, its hot keys, and disputes by lane."""

    def __init__(self) -> None:
        self._records: dict[Key, Record] = {}
        self._lanes_of: dict[str, dict[Key, None]] = {}
        self._signers_of: dict[str, dict[Key, None]] = {}
        self._disputes_of: dict[Key, dict[Key, None]] = {}

    def copy(self) -> "LaneRecords":
        """Return another state with the same content."""
        other = LaneRecords()
        other._records = dict(self._records)
        other._lanes_of = {party: dict(keys) for party, keys in self._lanes_of.items()}
        other._signers_of = {party: dict(keys) for party, keys in self._signers_of.items()}
        other._disputes_of = {lane: dict(keys) for lane, keys in self._disputes_of.items()}
        return other

    def record(self, key: Key) -> Record | None:
        """Return the record of a key."""
        return self._records.get(key)

    def records(self) -> dict[Key, Record]:
        """Return all records, as a copy."""
        return dict(self._records)

    def put(self, key: Key, record: Record | None) -> set[Key]:
        """Give a key its record, or take it away, and return the keys whose answer is another now."""
        if self._records.get(key) == record:
            return set()
        if record is None:
            del self._records[key]
        else:
            self._records[key] = record
        if key.kind is Kind.LANE:
            for party in (key.first, key.second):
                _note(self._lanes_of, party, key, there=record is not None)
        elif key.kind is Kind.SIGNER:
            _note(self._signers_of, key.first, key, there=record is not None)
        elif key.kind is Kind.DISPUTE:
            _note(self._disputes_of, lane_key(*key[1:4]), key, there=record is not None)
        return {key}

    def free(self, token: str, party: str) -> int:
        """Return a party's free money."""
        record = self._records.get(free_key(token, party))
        return record.amount if isinstance(record, FreeRecord) else 0

    def lane(self, payer: str, payee: str, token: str) -> LaneRecord:
        """Return a lane; one that nothing ever happened on is all zero."""
        record = self._records.get(lane_key(payer, payee, token))
        return record if isinstance(record, LaneRecord) else NO_LANE

    def lanes_of(self, party: str) -> Iterator[tuple[Key, LaneRecord]]:
        """Return the lanes on which a party pays or is paid."""
        for key in self._lanes_of.get(party, ()):
            record = self._records[key]
            if isinstance(record, LaneRecord):
                yield key, record

    def signer(self, party: str, key: str) -> SignerRecord:
        """Return what a key may do for a party."""
        record = self._records.get(signer_key(party, key))
        return record if isinstance(record, SignerRecord) else NO_SIGNER

    def signers_of(self, party: str) -> Iterator[tuple[str, SignerRecord]]:
        """Return the hot keys that a party ever named, with what they may do now."""
        for key in self._signers_of.get(party, ()):
            record = self._records[key]
            if isinstance(record, SignerRecord):
                yield key.second, record

    def disputes(self) -> Iterator[tuple[Key, DisputeRecord]]:
        """Return every dispute."""
        for lane in self._disputes_of:
            yield from self.disputes_on(*lane[1:4])

    def disputes_on(self, payer: str, payee: str, token: str) -> Iterator[tuple[Key, DisputeRecord]]:
        """Return the disputes of a lane."""
        for key in self._disputes_of.get(lane_key(payer, payee, token), ()):
            record = self._records[key]
            if isinstance(record, DisputeRecord):
                yield key, record


def _note(keys_of: dict[OwnerT, dict[Key, None]], owner: OwnerT, key: Key, *, there: bool) -> None:
    keys = keys_of.setdefault(owner, {})
    if there:
        keys[key] = None
        return
    keys.pop(key, None)
    if not keys:
        del keys_of[owner]
