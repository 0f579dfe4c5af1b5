"""What must be kept, as a port: shared by all replicas of a node, of which one at a time does the work."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from ocn.node.client_info.model import Client, Report, Seen, View


class ClientInfoStore(Protocol):
    """Statements, reports, views and sightings, durable. Every call is one transaction."""

    async def lead(self, holder: str, now: datetime, until: datetime) -> bool:
        """Be the one replica that does the work until a moment; False while another one is.

        Who leads asks again before its time is over. Nobody has to give the lead back.
        """
        ...

    async def revision(self) -> int:
        """Return a number that is another after every change of clients or reports, whoever made it."""
        ...

    async def clients(self) -> list[Client]:
        """Return every statement, in the order in which they were first made."""
        ...

    async def put_clients(self, clients: Sequence[Client]) -> None:
        """Store statements, new or changed; ``created_at`` of a known one stays."""
        ...

    async def reports(self) -> list[Report]:
        """Return what other nodes said last."""
        ...

    async def put_reports(self, reports: Sequence[Report]) -> int:
        """Store reports that are newer than what the same operator said before; say how many were."""
        ...

    async def views(self, platform_id: str | None = None) -> list[View]:
        """Return the views of one platform, or of all."""
        ...

    async def put_views(self, views: Sequence[View]) -> None:
        """Store views, new or changed."""
        ...

    async def seen(self) -> list[Seen]:
        """Return when each platform was last heard and checked."""
        ...

    async def heard(self, at: Sequence[tuple[str, datetime]]) -> None:
        """Note when platforms were heard; a moment before the one that is known changes nothing."""
        ...

    async def checked(self, seen: Seen) -> None:
        """Note what a check found: ``checked_at`` and ``offline_since``; ``heard_at`` stays."""
        ...

    async def forget(self, platform_ids: Collection[str]) -> None:
        """Remove views and sightings of platforms that are gone."""
        ...
