"""What to follow: contracts, their events, and what those mean. The followed room implements it."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from ocn.chain.client import ChainClient
from ocn.chain.following.places import KeyT, RecordT, Row
from ocn.chain.values import Log

Before: TypeAlias = Callable[[KeyT], RecordT | None]
"""The record of a key before the events in question; may be called from any thread, one call at a time."""


class Source(Protocol[KeyT, RecordT]):
    """Contracts whose events change records."""

    @property
    def identity(self) -> str:
        """Names the contracts and the beginning: a log of other ones is not continued."""
        ...

    @property
    def addresses(self) -> Sequence[str]:
        """The contracts."""
        ...

    @property
    def topics(self) -> Sequence[bytes]:
        """The first topics of the events that matter."""
        ...

    @property
    def first_block(self) -> int:
        """Where their history begins."""
        ...

    async def rows(
        self, chain: ChainClient, logs: Sequence[Log], head: int, before: Before[KeyT, RecordT]
    ) -> list[Row[KeyT, RecordT]]:
        """Return what these events, all there are of some blocks and in chain order, leave behind.

        One event may change several keys, each once. ``head`` is the newest block.

        Raises:
            ChainError: the events cannot be read, or a question about them was not answered.
        """
        ...
