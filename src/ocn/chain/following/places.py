"""Places on a chain, and what happened there to a key."""

from dataclasses import dataclass
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=tuple[str, ...])
"""What a record belongs to: words without spaces."""
RecordT = TypeVar("RecordT")
"""What is known of a key; None stands for nothing. Compared by value."""


@dataclass(frozen=True, slots=True)
class Place:
    """A block by number and hash."""

    block: int
    hash: str


@dataclass(frozen=True, slots=True)
class Row(Generic[KeyT, RecordT]):
    """One event, settled: from this place on the key has this record, or none."""

    block: int
    log_index: int
    block_hash: str
    key: KeyT
    record: RecordT | None
