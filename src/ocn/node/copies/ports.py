"""What copies need from outside. Adapters: ``storage`` and ``ocn.registry``."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from ocn.node.copies.copy import Copy, CopyCounts, CopyFilter, CopyState, NewCopy, Outcome
from ocn.ocpi.party_id import PartyId
from ocn.registry.directory import Changes
from ocn.registry.listings import PartyListing, Service


class ServiceDirectory(Protocol):
    """Who is where, and who has agreed to what; from memory (``ocn.registry.directory.Directory``)."""

    def party(self, party: PartyId) -> PartyListing | None:
        """Return the listing of a party, or None."""
        ...

    def agreements_of(self, user: str) -> Sequence[Service]:
        """Return the existing services that this user (EIP-55) has agreed to and not revoked."""
        ...

    def on_change(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """Have every change told, synchronously."""
        ...


class CopyStore(Protocol):
    """Copies, durable. Every call is one transaction; whoever claims has the copy alone until its lease ends.

    A *lane* is what must stay in order: only its oldest waiting copy can be claimed, by one at a time.
    """

    async def add(self, copies: Sequence[NewCopy]) -> None:
        """Store copies, all or none; durable when this returns."""
        ...

    async def services_waiting(self) -> Collection[PartyId]:
        """Return the services for which copies wait, due or not."""
        ...

    async def claim(self, service: PartyId, now: datetime, until: datetime, most: int) -> list[Copy]:
        """Take the first copies of lanes that are due and nobody holds, longest due first."""
        ...

    async def next_due(self, service: PartyId) -> datetime | None:
        """Return when a lane of the service is to be tried next; None when nothing waits for it."""
        ...

    async def settle(self, outcome: Outcome) -> None:
        """Note what became of an attempt and give the lane back. A copy settled meanwhile stays as it is."""
        ...

    async def release(self, lanes: Collection[str]) -> None:
        """Give lanes back untried."""
        ...

    async def recover(self) -> None:
        """Give back what a process held that died, where no other process can be at work."""
        ...

    async def park_older(self, service: PartyId, before: datetime, now: datetime) -> int:
        """Park what waits for a service since before that moment, and say how many."""
        ...

    async def get(self, copy_id: int) -> Copy | None:
        """Return a copy, or None."""
        ...

    async def find(self, wanted: CopyFilter, *, after: int, most: int) -> list[Copy]:
        """Return copies without their bodies, by id, those beyond ``after``."""
        ...

    async def change(self, wanted: CopyFilter, to: CopyState, now: datetime) -> int:
        """Cancel what waits or is parked (CANCELLED), or have it tried again (WAITING); say how many."""
        ...

    async def counts(self) -> CopyCounts:
        """Return how many copies are in each state, and since when the oldest waits."""
        ...

    async def prune(self, delivered_before: datetime, others_before: datetime) -> int:
        """Remove what was settled before these moments and say how many."""
        ...
