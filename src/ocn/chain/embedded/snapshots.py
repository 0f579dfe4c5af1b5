"""Moments to come back to, numbered as ``evm_snapshot`` does; they are not kept over a restart."""

from dataclasses import dataclass
from typing import Final

_MOST: Final = 1024


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A block, and how far the chain's clock was from the wall clock then."""

    number: int
    block_hash: bytes
    clock_offset: int


class Snapshots:
    """The newest that were taken and not used up."""

    def __init__(self) -> None:
        self._taken: dict[int, Snapshot] = {}
        self._count = 0

    def take(self, snapshot: Snapshot) -> int:
        """Keep one; returns its id."""
        self._count += 1
        self._taken[self._count] = snapshot
        if len(self._taken) > _MOST:
            del self._taken[next(iter(self._taken))]
        return self._count

    def use(self, snapshot_id: int) -> Snapshot | None:
        """Return one and use it up with all later ones; None if it is not (or no longer) there."""
        wanted = self._taken.get(snapshot_id)
        self._taken = {number: taken for number, taken in self._taken.items() if number < snapshot_id}
        return wanted
