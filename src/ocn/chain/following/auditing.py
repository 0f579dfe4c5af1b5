"""Compare a sample of what an index says with what the contracts say."""

from collections.abc import Collection
from typing import Generic, Protocol

import structlog

from ocn.chain.errors import ChainError
from ocn.chain.following.places import KeyT

_log = structlog.get_logger(__name__)


class Sampler(Protocol[KeyT]):
    """Knows both sides: the index and the contracts. Every method may raise ChainError."""

    async def chosen(self, sample: int) -> Collection[KeyT]:
        """Return random keys, some known to the index and some, where possible, to the contracts."""
        ...

    async def same(self, key: KeyT) -> bool:
        """Return whether both say the same of a key."""
        ...


class Auditor(Generic[KeyT]):
    """Looks at random keys once in a while, and twice at those that differ.

    The contracts may be a block ahead of the index at the first look; what still differs after another step
    of the follower is a mismatch: a defect here, or an endpoint that hides events.
    """

    def __init__(self, name: str, sampler: Sampler[KeyT], *, sample: int, every_s: float) -> None:
        """``sample`` 0 never looks; ``name`` is for the log."""
        self._log = _log.bind(index=name)
        self._sampler = sampler
        self._sample = sample
        self._every_s = every_s
        self._due_at = 0.0
        self._suspects: set[KeyT] = set()
        self.mismatches = 0

    async def look(self, now: float) -> bool:
        """Audit if it is time, on the loop's clock; True when a second look is wanted soon.

        The index must have read everything the endpoint has. An endpoint that fails is tried again next time.
        """
        if self._sample == 0:
            return False
        try:
            if self._suspects:
                wrong = await self.differing(self._suspects)
                self._suspects = set()
                if wrong:
                    self.mismatches += len(wrong)
                    self._log.error("chain_index_differs_from_chain", keys=[" ".join(key) for key in wrong])
            elif now >= self._due_at:
                self._due_at = now + self._every_s
                self._suspects = await self.differing(await self._sampler.chosen(self._sample))
        except ChainError as error:
            self._log.warning("chain_index_audit_failed", error=error.message)
        return bool(self._suspects)

    async def differing(self, keys: Collection[KeyT]) -> set[KeyT]:
        """Return those of the keys of which the contracts say something else."""
        return {key for key in keys if not await self._sampler.same(key)}
