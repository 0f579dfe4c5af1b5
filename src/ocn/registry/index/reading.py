"""Which contracts the registry's index follows, and what becomes of their events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocn.chain.artifacts import load
from ocn.chain.client import At, ChainClient
from ocn.chain.contract import Contract
from ocn.chain.errors import ChainRejected, ChainReverted
from ocn.chain.following.places import Row
from ocn.chain.values import Log
from ocn.registry.events import TOPICS, Change, changes
from ocn.registry.records import Key, Kind, Record

_STATE_KEPT = 100
"""Blocks below the head whose state a pruned endpoint still has (128 in most)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Both contracts, and the block where their history begins; see the protocol of the same name."""

    registry: str
    permissions: str
    first_block: int = 0

    @property
    def identity(self) -> str:
        """Names contracts and beginning."""
        return f"{self.registry} {self.permissions} {self.first_block}"

    @property
    def addresses(self) -> Sequence[str]:
        """Both contracts."""
        return (self.registry, self.permissions)

    @property
    def topics(self) -> Sequence[bytes]:
        """Those of both contracts."""
        return TOPICS

    async def rows(
        self, chain: ChainClient, logs: Sequence[Log], head: int, before: Callable[[Key], Record | None]
    ) -> list[Row[Key, Record]]:
        """Ask the chain about the events that leave open whether something began or ended.

        Asked at the event's own block as long as endpoints keep that state, otherwise at the newest: exact
        for the last event of a key, and what an earlier one left behind is overwritten by the last one
        anyway. An event of the registry says all of a record, so ``before`` is of no use.
        """
        del before
        found: list[Row[Key, Record]] = []
        for change in changes(logs):
            holds = change.certain or await self._still_there(chain, change, head)
            record = change.record if holds else None
            found.append(Row(change.block, change.log_index, change.block_hash, change.key, record))
        return found

    async def _still_there(self, chain: ChainClient, change: Change, head: int) -> bool:
        at: At = change.block if change.block > head - _STATE_KEPT else "latest"
        try:
            return await self._ask(chain, change, at)
        except (ChainRejected, ChainReverted):
            if at == "latest":
                raise
        return await self._ask(chain, change, "latest")

    async def _ask(self, chain: ChainClient, change: Change, at: At) -> bool:
        permissions = Contract(load("Permissions").abi)
        if change.key.kind is Kind.AGREEMENT:
            function = permissions["hasUserAgreementByAddress"]
            data = function.encode(change.key.owner, change.key.other)
            (agreed,) = function.decode(await chain.call_contract(self.permissions, data, at=at))
            return bool(agreed)
        function = permissions["getService"]
        data = function.encode(change.key.owner)
        *_, asked_for = function.decode(await chain.call_contract(self.permissions, data, at=at))
        return bool(asked_for)
