"""Read a stretch of the chain so that what was read is known to be one chain's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError
from ocn.chain.following.log import REMEMBERED
from ocn.chain.following.places import KeyT, Place, RecordT, Row
from ocn.chain.following.source import Before, Source
from ocn.chain.values import Block, Log


@dataclass(frozen=True, slots=True)
class Stretch(Generic[KeyT, RecordT]):
    """The events of some blocks, settled, and the hashes of those that may still be reorganised."""

    rows: list[Row[KeyT, RecordT]]
    places: list[Place]
    end: Place


class Moved(ChainError):
    """The chain changed while it was read, or different replicas answered; nothing of it may be used."""


async def read(
    chain: ChainClient,
    source: Source[KeyT, RecordT],
    first: int,
    last: int,
    *,
    after: Place | None,
    head: Block,
    before: Before[KeyT, RecordT],
) -> Stretch[KeyT, RecordT]:
    """Read the blocks from first to last, which follow ``after``; ``before`` tells the records there.

    Raises:
        Moved: the blocks do not hang together; read again.
        ChainRejected: often because the stretch is too long for the endpoint.
    """
    logs = await chain.logs(source.addresses, source.topics, first, last)
    numbers = range(max(first, min(last, head.number - REMEMBERED + 1)), last + 1)
    headers = [_there(block) for block in await chain.blocks(list(numbers))]
    _check_links(headers, after if headers[0].number == first else None)
    if last == head.number and headers[-1].hash != head.hash:
        raise Moved("the newest block was replaced while it was read")
    hashes = {header.number: header.hash for header in headers}
    if any(hashes.get(log.block_number, log.block_hash) != log.block_hash for log in logs):
        raise Moved("events and headers are of different chains")
    rows = await source.rows(chain, _inside(logs, first, last), head.number, before)
    places = [Place(header.number, header.hash) for header in headers]
    return Stretch(rows, places, places[-1])


def _there(block: Block | None) -> Block:
    if block is None:
        raise Moved("a block below the newest one is missing")
    return block


def _check_links(headers: Sequence[Block], after: Place | None) -> None:
    parent = None if after is None else after.hash
    for header in headers:
        if parent is not None and header.parent_hash != parent:
            raise Moved(f"block {header.number} does not follow the one before")
        parent = header.hash


def _inside(logs: Sequence[Log], first: int, last: int) -> Sequence[Log]:
    if any(not first <= log.block_number <= last for log in logs):
        raise Moved("the endpoint answered with events of other blocks than asked for")
    return logs
