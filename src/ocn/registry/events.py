"""The events of both contracts, as changes of records.

Decoded by hand: a whole record takes less time than the generic codec alone, and a first synchronisation is
mostly this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ocn.chain.contract import topic
from ocn.chain.errors import BadLog
from ocn.chain.values import ZERO_ADDRESS, Log
from ocn.registry.records import (
    AgreementRecord,
    Key,
    Kind,
    NodeRecord,
    PartyRecord,
    Record,
    ServiceRecord,
)
from ocn.signing.addresses import checksummed

_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Change:
    """What one event says: this key now has this record (None: it is gone).

    ``certain`` is false where the original contracts emit the same event for a beginning and an end; then
    ``record`` is what holds if it is a beginning, and only the chain can tell.
    """

    block: int
    log_index: int
    block_hash: str
    key: Key
    record: Record | None
    certain: bool = True


class _Words:
    """ABI-encoded data, read by position; anything out of bounds is a :class:`BadLog`."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def raw(self, index: int) -> bytes:
        word = self._data[index * _WORD : (index + 1) * _WORD]
        if len(word) != _WORD:
            raise BadLog("an event is shorter than its signature says")
        return word

    def address(self, index: int) -> str:
        return checksummed(self.raw(index)[12:])

    def octets(self, index: int) -> bytes:
        start = int.from_bytes(self.raw(index), "big")
        length = int.from_bytes(self._slice(start, _WORD), "big")
        return self._slice(start + _WORD, length)

    def text(self, index: int) -> str:
        return self.octets(index).decode("utf-8", "replace")

    def numbers(self, index: int) -> tuple[int, ...]:
        start = int.from_bytes(self.raw(index), "big")
        count = int.from_bytes(self._slice(start, _WORD), "big")
        body = self._slice(start + _WORD, count * _WORD)
        return tuple(int.from_bytes(body[at : at + _WORD], "big") for at in range(0, len(body), _WORD))

    def _slice(self, start: int, length: int) -> bytes:
        if start + length > len(self._data):
            raise BadLog("an event points beyond its data")
        return self._data[start : start + length]


_What = tuple[Key, Record | None, bool]


def _node(log: Log) -> _What:
    url = _Words(log.data).text(0)
    return Key(Kind.NODE, _indexed(log, 1)), NodeRecord(url) if url else None, True


def _party(log: Log) -> _What:
    words = _Words(log.data)
    operator = _indexed(log, 2)
    record = PartyRecord(
        country_code=words.raw(0)[:2],
        party_id=words.raw(1)[:3],
        roles=words.numbers(2),
        sender=words.numbers(3),
        receiver=words.numbers(4),
        operator=operator,
    )
    return Key(Kind.PARTY, _indexed(log, 1)), record if operator != ZERO_ADDRESS else None, True


def _service(log: Log) -> _What:
    words = _Words(log.data)
    record = ServiceRecord(words.text(0), words.text(1), words.numbers(2))
    return Key(Kind.SERVICE, words.address(3)), record, bool(record.name or record.url)


def _service_deleted(log: Log) -> _What:
    return Key(Kind.SERVICE, _indexed(log, 1)), None, True


def _agreement(log: Log) -> _What:
    words = _Words(log.data)
    return Key(Kind.AGREEMENT, words.address(0), words.address(1)), AgreementRecord(), False


def _agreement_created(log: Log) -> _What:
    return Key(Kind.AGREEMENT, _indexed(log, 1), _indexed(log, 2)), AgreementRecord(), True


def _agreement_revoked(log: Log) -> _What:
    return Key(Kind.AGREEMENT, _indexed(log, 1), _indexed(log, 2)), None, True


_READERS: Final[dict[bytes, Callable[[Log], _What]]] = {
    topic("OperatorUpdate(address,string)"): _node,
    topic("PartyUpdate(bytes2,bytes3,address,uint8[],uint8[],uint8[],address)"): _party,
    topic("ServiceUpdate(string,string,uint256[],address)"): _service,
    topic("ServiceDeleted(address)"): _service_deleted,
    topic("ServiceAgreement(address,address)"): _agreement,
    topic("AgreementCreated(address,address)"): _agreement_created,
    topic("AgreementRevoked(address,address)"): _agreement_revoked,
}

TOPICS: Final = tuple(_READERS)
"""The first topics to ask the chain for."""


def changes(logs: Sequence[Log]) -> list[Change]:
    """Return what these events, in chain order, say of listings.

    The zero address is never anybody: the original contract can be made to list it. An uncertain event that
    our contracts explain by the next one of the same key counts as certain.

    Raises:
        BadLog: an event that its own contract cannot have emitted.
    """
    found: list[Change] = []
    for log in logs:
        reader = _READERS.get(log.topics[0]) if log.topics else None
        if reader is None:
            continue
        key, record, certain = reader(log)
        if ZERO_ADDRESS in (key.owner, key.other):
            continue
        if certain and found and _leaves_open(found[-1], key, log):
            found.pop()
        found.append(Change(log.block_number, log.log_index, log.block_hash, key, record, certain))
    return found


def _leaves_open(before: Change, key: Key, log: Log) -> bool:
    return not before.certain and before.key == key and before.block == log.block_number


def _indexed(log: Log, place: int) -> str:
    if len(log.topics) <= place:
        raise BadLog("an event lacks an indexed argument")
    return checksummed(log.topics[place][12:])
