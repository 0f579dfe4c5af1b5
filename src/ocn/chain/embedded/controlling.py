"""The JSON-RPC methods for tests: snapshots, empty blocks, the clock, and reorganisations of the chain."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import invalid_params
from ocn.chain.embedded.filters import Filters
from ocn.chain.embedded.quantities import data, parse_quantity, quantity

MAX_SHIFT: Final = 10 * 365 * 86_400
MAX_BLOCKS: Final = 1024


class Controlling:
    """See the module."""

    def __init__(self, chain: Chain, filters: Filters) -> None:
        self._chain = chain
        self._filters = filters

    def methods(self) -> Mapping[str, Callable[..., Any]]:
        """Names on the wire to what answers them."""
        return {
            "evm_snapshot": lambda: quantity(self._chain.snapshot()),
            "evm_revert": self.revert,
            "evm_mine": self.mine,
            "evm_increaseTime": lambda seconds: self._chain.shift_clock(
                parse_quantity(seconds, "seconds", limit=MAX_SHIFT)
            ),
            "dev_reorg": self.reorg,
        }

    def revert(self, snapshot: Any) -> bool:
        """Back to a snapshot; false if there is none of that number."""
        done = self._chain.revert(parse_quantity(snapshot, "snapshot"))
        self._filters.rewound_to(self._chain.head.number)
        return done

    def mine(self, options: Any = None) -> str:
        """Add empty blocks: one, or ``{"blocks": n}``; a number or ``{"timestamp": t}`` sets their time."""
        spec = options if isinstance(options, Mapping) else {"timestamp": options}
        given, count = spec.get("timestamp"), spec.get("blocks")
        timestamp = None if given is None else parse_quantity(given, "timestamp", limit=2**40)
        for _ in range(1 if count is None else parse_quantity(count, "blocks", limit=MAX_BLOCKS)):
            self._chain.mine(timestamp)
        return quantity(0)

    def reorg(self, depth: Any, keep: Any = True) -> str:
        """Replace the last ``depth`` blocks, by empty ones if not ``keep``; returns the new head's hash."""
        if not isinstance(keep, bool):
            raise invalid_params("keep: expected true or false")
        wanted = parse_quantity(depth, "depth")
        height = self._chain.head.number
        self._chain.reorg(wanted, keep=keep)
        self._filters.rewound_to(height - wanted)
        return data(self._chain.head_hash)
