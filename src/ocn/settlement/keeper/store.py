"""What a keeper remembers. A service's own storage may be it; otherwise a file of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ocn.chain.fees import Fee
from ocn.settlement.errors import SettlementError
from ocn.settlement.keeper.jobs import Job, OpenJob


@dataclass(frozen=True, slots=True)
class Attempt:
    """A signed transaction as it was, or is about to be, sent; ``raw`` is for everybody to see."""

    hash: str
    raw: bytes = field(repr=False)
    fee: Fee


@dataclass(frozen=True, slots=True)
class Draft:
    """What a transaction does. ``repeatable``: no harm comes from its being carried out twice."""

    nonce: int
    to: str
    data: bytes = field(repr=False)
    gas: int
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Transaction:
    """One number of the account's sequence in use, until what happened under it can no longer change.

    Of its attempts, oldest first, which differ in their fees alone, the chain takes one.
    """

    id: int
    draft: Draft
    attempts: tuple[Attempt, ...]


class KeeperStoreUnusable(SettlementError):
    """The keeper's storage cannot be opened, read or written; what was stored before is as it was."""


class KeeperStore(Protocol):
    """Jobs and transactions of one account. Every method is one transaction on disk, lasting when it returns.

    A job waits, or is in an open transaction, or is closed and forgotten. Every method may raise
    KeeperStoreUnusable.
    """

    async def add(self, job: Job) -> bool:
        """Keep a job; False, and nothing happens, while an open one has the same name."""
        ...

    async def waiting(self) -> list[OpenJob]:
        """Return the jobs that are in no transaction, oldest first."""
        ...

    async def drop(self, jobs: Sequence[int]) -> None:
        """Close jobs that wait."""
        ...

    async def begin(self, draft: Draft, attempt: Attempt, jobs: Sequence[int]) -> Transaction:
        """Open a transaction for these waiting jobs, with its first attempt."""
        ...

    async def attempt(self, transaction: int, attempt: Attempt) -> None:
        """Add an attempt to an open transaction."""
        ...

    async def transactions(self) -> list[Transaction]:
        """Return the open transactions in the order of their numbers."""
        ...

    async def jobs_of(self, transaction: int) -> list[OpenJob]:
        """Return the jobs that an open transaction is for."""
        ...

    async def finish(self, transaction: int) -> None:
        """Close a transaction and its jobs."""
        ...

    async def give_back(self, transaction: int, *, failed: bool) -> None:
        """Close a transaction; its jobs wait again. ``failed`` counts as a try of each."""
        ...

    async def close(self) -> None:
        """Release what is held; harmless to repeat."""
        ...
