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
    """One contract, and a block at or below the one it was deployed in; see the protocol ``Source``."""

    contract: str
    first_block: int = 0

    @property
    def identity(self) -> str:
        """Names contract and beginning."""
        return f"lanes {self.contract} {self.first_block}"

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
        return await asyncio.to_thread(rows, logs, before)
