"""The events of both contracts, as changes of records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ocn.chain.contract import topic
from ocn.chain.event_data import EventData, indexed_address
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


_What = tuple[Key, Record | None, bool]


def _node(log: Log) -> _What:
    url = EventData(log.data).text(0)
    return Key(Kind.NODE, indexed_address(log, 1)), NodeRecord(url) if url else None, True


def _party(log: Log) -> _What:
    words = EventData(log.data)
    operator = indexed_address(log, 2)
    record = PartyRecord(
        country_code=words.raw(0)[:2],
        party_id=words.raw(1)[:3],
        roles=words.numbers(2),
        sender=words.numbers(3),
        receiver=words.numbers(4),
        operator=operator,
    )
    return Key(Kind.PARTY, indexed_address(log, 1)), record if operator != ZERO_ADDRESS else None, True


def _service(log: Log) -> _What:
    words = EventData(log.data)
    record = ServiceRecord(words.text(0), words.text(1), words.numbers(2))
    return Key(Kind.SERVICE, words.address(3)), record, bool(record.name or record.url)


def _service_deleted(log: Log) -> _What:
    return Key(Kind.SERVICE, indexed_address(log, 1)), None, True


def _agreement(log: Log) -> _What:
    words = EventData(log.data)
    return Key(Kind.AGREEMENT, words.address(0), words.address(1)), AgreementRecord(), False


def _agreement_created(log: Log) -> _What:
    return Key(Kind.AGREEMENT, indexed_address(log, 1), indexed_address(log, 2)), AgreementRecord(), True


def _agreement_revoked(log: Log) -> _What:
    return Key(Kind.AGREEMENT, indexed_address(log, 1), indexed_address(log, 2)), None, True


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
