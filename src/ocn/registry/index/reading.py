"""Read a stretch of the chain so that what was read is known to be one chain's."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocn.chain.artifacts import load
from ocn.chain.client import At, ChainClient
from ocn.chain.contract import Contract
from ocn.chain.errors import ChainError, ChainRejected, ChainReverted
from ocn.chain.values import Block, Log
from ocn.registry.events import TOPICS, Change, changes
from ocn.registry.index.store import REMEMBERED, Place, Row
from ocn.registry.records import Kind

_STATE_KEPT = 100
"""Blocks below the head whose state a pruned endpoint still has (128 in most)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Which contracts to follow, and the block where their history begins."""

    registry: str
    permissions: str
    first_block: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The events of some blocks, settled, and the hashes of those that may still be reorganised."""

    rows: list[Row]
    places: list[Place]
    end: Place


class Moved(ChainError):
    """The chain changed while it was read, or different replicas answered; nothing of it may be used."""


async def read(
    chain: ChainClient, source: Source, first: int, last: int, *, after: Place | None, head: Block
) -> Stretch:
    """Read the blocks from first to last, which follow ``after``.

    Raises:
        Moved: the blocks do not hang together; read again.
        ChainRejected: often because the stretch is too long for the endpoint.
    """
    logs = await chain.logs((source.registry, source.permissions), TOPICS, first, last)
    numbers = range(max(first, min(last, head.number - REMEMBERED + 1)), last + 1)
    headers = [_there(block) for block in await chain.blocks(list(numbers))]
    _check_links(headers, after if headers[0].number == first else None)
    if last == head.number and headers[-1].hash != head.hash:
        raise Moved("the newest block was replaced while it was read")
    hashes = {header.number: header.hash for header in headers}
    if any(hashes.get(log.block_number, log.block_hash) != log.block_hash for log in logs):
        raise Moved("events and headers are of different chains")
    rows = await _settled(chain, source, changes(_inside(logs, first, last)), head.number)
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


async def _settled(chain: ChainClient, source: Source, found: list[Change], head: int) -> list[Row]:
    """Ask the chain about the events that leave open whether something began or ended.

    Asked at the event's own block as long as endpoints keep that state, otherwise at the newest: exact for
    the last event of a key, and what an earlier one left behind is overwritten by the last one anyway.
    """
    rows: list[Row] = []
    for change in found:
        holds = change.certain or await _still_there(chain, source, change, head)
        record = change.record if holds else None
        rows.append(Row(change.block, change.log_index, change.block_hash, change.key, record))
    return rows


async def _still_there(chain: ChainClient, source: Source, change: Change, head: int) -> bool:
    at: At = change.block if change.block > head - _STATE_KEPT else "latest"
    try:
        return await _ask(chain, source, change, at)
    except (ChainRejected, ChainReverted):
        if at == "latest":
            raise
    return await _ask(chain, source, change, "latest")


async def _ask(chain: ChainClient, source: Source, change: Change, at: At) -> bool:
    permissions = Contract(load("Permissions").abi)
    if change.key.kind is Kind.AGREEMENT:
        function = permissions["hasUserAgreementByAddress"]
        data = function.encode(change.key.owner, change.key.other)
        (agreed,) = function.decode(await chain.call_contract(source.permissions, data, at=at))
        return bool(agreed)
    function = permissions["getService"]
    data = function.encode(change.key.owner)
    *_, asked_for = function.decode(await chain.call_contract(source.permissions, data, at=at))
    return bool(asked_for)
