"""Time as the programme sees it: slots, and for large sites blocks of slots further on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_EXACT = 8
"""So many slots from now are never put together."""
_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Blocks:
    """Consecutive blocks of whole slots: where each starts, and how many slots it has."""

    starts: Ints
    lengths: Ints

    def __len__(self) -> int:
        """Count the blocks."""
        return len(self.starts)

    def mean(self, per_slot: Floats) -> Floats:
        """Return the mean over each block, along the first axis."""
        shape = (-1,) + (1,) * (per_slot.ndim - 1)
        return np.asarray(np.add.reduceat(per_slot, self.starts, axis=0) / self.lengths.reshape(shape))

    def least(self, per_slot: Floats) -> Floats:
        """Return the smallest value within each block."""
        return np.asarray(np.minimum.reduceat(per_slot, self.starts))

    def of_slot(self) -> Ints:
        """Return the block of every slot."""
        return np.repeat(np.arange(len(self)), self.lengths)


def every_slot(slots: int) -> Blocks:
    """One block a slot."""
    return Blocks(np.arange(slots), np.ones(slots, dtype=np.int64))


def coarser_later(prices: Sequence[float]) -> Blocks:
    """Blocks of an hour or so, begun where prices change, so that little is lost by taking means."""
    series = np.array(prices)
    ways = [_from(len(series), offset) for offset in range(_LENGTH)]
    return min(ways, key=lambda blocks: float(np.abs(series - blocks.mean(series)[blocks.of_slot()]).sum()))


def _from(slots: int, offset: int) -> Blocks:
    later = np.arange(_EXACT + offset, slots, _LENGTH)
    starts = np.unique(np.concatenate([np.arange(min(slots, _EXACT)), [min(_EXACT, slots - 1)], later]))
    return Blocks(starts, np.diff(np.append(starts, slots)))
