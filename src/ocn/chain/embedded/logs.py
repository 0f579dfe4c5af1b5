"""``eth_getLogs``: which logs a filter object asks for, and the query that finds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import LIMIT_EXCEEDED, RpcError, invalid_params, refused
from ocn.chain.embedded.evm import EmittedLog
from ocn.chain.embedded.quantities import UINT64, parse_address, parse_hash, parse_quantity

MAX_ALTERNATIVES: Final = 1000
"""Addresses, or alternatives for one topic, in one filter."""
HEAD_TAGS: Final = frozenset({"latest", "pending", "safe", "finalized"})

FoundLog = tuple[int, int, EmittedLog]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """A parsed filter; None where it does not restrict."""

    addresses: tuple[bytes, ...] | None
    topics: tuple[tuple[bytes, ...] | None, ...]
    first: int | None
    last: int | None
    block_hash: bytes | None

    @classmethod
    def parse(cls, spec: Any, head: int) -> "LogFilter":
        """Read the wire's filter object."""
        if not isinstance(spec, Mapping):
            raise invalid_params("filter: expected an object")
        block_hash = spec.get("blockHash")
        if block_hash is not None and (spec.get("fromBlock") or spec.get("toBlock")):
            raise invalid_params("filter: cannot specify both blockHash and fromBlock/toBlock")
        topics = spec.get("topics") or []
        if not isinstance(topics, list) or len(topics) > 4:
            raise invalid_params("filter: topics must be a list of at most 4")
        return cls(
            addresses=_alternatives(spec.get("address"), parse_address, "address"),
            topics=tuple(_alternatives(topic, parse_hash, "topic") for topic in topics),
            first=parse_height(spec.get("fromBlock"), head),
            last=parse_height(spec.get("toBlock"), head),
            block_hash=None if block_hash is None else parse_hash(block_hash, "blockHash"),
        )

    def find(self, chain: Chain, first: int, last: int) -> list[FoundLog]:
        """The logs in a range of blocks, oldest first.

        Raises:
            RpcError: the range or the result is larger than the chain's settings allow.
        """
        if last - first >= chain.settings.max_log_range:
            raise RpcError(LIMIT_EXCEEDED, f"query exceeds max block range {chain.settings.max_log_range}")
        where, values = ["block BETWEEN ? AND ?"], [first, last]
        self._restrict(where, values)
        found = chain.database.logs(" AND ".join(where), values, chain.settings.max_logs + 1)
        if len(found) > chain.settings.max_logs:
            raise RpcError(LIMIT_EXCEEDED, f"query returned more than {chain.settings.max_logs} results")
        return found

    def find_all(self, chain: Chain) -> list[FoundLog]:
        """The logs in the filter's own range."""
        head = chain.head.number
        if self.block_hash is not None:
            number = chain.database.number_of(self.block_hash)
            if number is None:
                raise refused("unknown block")
            return self.find(chain, number, number)
        first = head if self.first is None else self.first
        last = head if self.last is None else min(self.last, head)
        if first > last and self.last is not None and self.first is not None and self.first > self.last:
            raise invalid_params("filter: fromBlock is after toBlock")
        return self.find(chain, first, last) if first <= last else []

    def _restrict(self, where: list[str], values: list[Any]) -> None:
        columns = ("address", "topic0", "topic1", "topic2", "topic3")
        for column, wanted in zip(columns, (self.addresses, *self.topics), strict=False):
            if wanted is None:
                if column != "address":
                    where.append(f"{column} IS NOT NULL")
            else:
                where.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values.extend(wanted)


def parse_height(tag: Any, head: int) -> int | None:
    """A block tag or number as a height; None stays None. It may lie above the head."""
    if tag is None:
        return None
    if isinstance(tag, str) and tag in HEAD_TAGS:
        return head
    if tag == "earliest":
        return 0
    return parse_quantity(tag, "block", limit=UINT64 // 2)


def _alternatives(value: Any, parse: Any, what: str) -> tuple[bytes, ...] | None:
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (parse(value, what),)
    if len(value) > MAX_ALTERNATIVES:
        raise RpcError(LIMIT_EXCEEDED, f"{what}: more than {MAX_ALTERNATIVES} alternatives")
    if None in value:
        return None
    return tuple(parse(one, what) for one in value) or None
