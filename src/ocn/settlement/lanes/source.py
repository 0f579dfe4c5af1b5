"""Which contract the index of lanes follows."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocn.chain.client import ChainClient
from ocn.chain.following import Row
from ocn.chain.values import Log
from ocn.settlement.lanes.events import TOPICS, rows
from ocn.settlement.lanes.records import Key, Record


@dataclass(frozen=True, slots=True)
class LaneSource:
    """One contract, and a block at or below the one it was deployed in; see the protocol ``Source``.

    ``tokens`` (addresses in EIP-55 case) are those whose money is followed; None follows every token that
    somebody brings, so that strangers can make the index as large as they pay gas for.
    """

    contract: str
    first_block: int = 0
    tokens: frozenset[str] | None = None

    @property
    def identity(self) -> str:
        """Names contract, beginning, and the records made of it."""
        tokens = "all" if self.tokens is None else " ".join(sorted(self.tokens))
        return f"lanes with disputes {self.contract} {self.first_block} {tokens}"

    @property
    def addresses(self) -> Sequence[str]:
        """The contract."""
        return (self.contract,)

    @property
    def topics(self) -> Sequence[bytes]:
        """All its events."""
        return TOPICS

    async def rows(
        self, chain: ChainClient, logs: Sequence[Log], head: int, before: Callable[[Key], Record | None]
    ) -> list[Row[Key, Record]]:
        """Return what the events leave behind; nothing has to be asked."""
        del chain, head
        return await asyncio.to_thread(rows, logs, before, self.tokens)
