"""The store of HubClientInfo in memory: for tests and for networks that need not outlive their process."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from ocn.node.client_info.model import Client, Key, Report, Seen, View
from ocn.signing import same_address


class MemoryClientInfoStore:
    """``ClientInfoStore`` in memory: no await inside, so every call is one transaction."""

    def __init__(self) -> None:
        self._clients: dict[Key, Client] = {}
        self._reports: dict[Key, Report] = {}
        self._views: dict[tuple[str, Key], View] = {}
        self._seen: dict[str, Seen] = {}
        self._turn: tuple[str, datetime] | None = None
        self._revision = 0

    async def lead(self, holder: str, now: datetime, until: datetime) -> bool:
        """Be the one replica that does the work until a moment; False while another one is."""
        if self._turn is not None and self._turn[0] != holder and self._turn[1] > now:
            return False
        self._turn = (holder, until)
        return True

    async def revision(self) -> int:
        """Return a number that grows with every change of clients or reports."""
        return self._revision

    async def clients(self) -> list[Client]:
        """Return every statement, in the order in which they were first made."""
        return sorted(self._clients.values(), key=lambda client: (client.created_at, client.key))

    async def put_clients(self, clients: Sequence[Client]) -> None:
        """Store statements, new or changed."""
        for client in clients:
            known = self._clients.get(client.key)
            self._clients[client.key] = (
                client if known is None else replace(client, party=known.party, created_at=known.created_at)
            )
        self._revision += 1

    async def reports(self) -> list[Report]:
        """Return what other nodes said last."""
        return list(self._reports.values())

    async def put_reports(self, reports: Sequence[Report]) -> int:
        """Store reports that are newer than what the same operator said before."""
        newer = [
            report
            for report in reports
            if (known := self._reports.get(report.key)) is None
            or not same_address(known.operator, report.operator)
            or known.told_at < report.told_at
        ]
        self._reports |= {report.key: report for report in newer}
        self._revision += bool(newer)
        return len(newer)

    async def views(self, platform_id: str | None = None) -> list[View]:
        """Return the views of one platform, or of all."""
        return [
            view for (owner, _), view in self._views.items() if platform_id is None or owner == platform_id
        ]

    async def put_views(self, views: Sequence[View]) -> None:
        """Store views, new or changed."""
        self._views |= {(view.platform_id, view.key): view for view in views}

    async def seen(self) -> list[Seen]:
        """Return when each platform was last heard and checked."""
        return list(self._seen.values())

    async def heard(self, at: Sequence[tuple[str, datetime]]) -> None:
        """Note when platforms were heard; a moment before the one that is known changes nothing."""
        for platform_id, moment in at:
            known = self._seen.get(platform_id) or Seen(platform_id)
            if known.heard_at is None or known.heard_at < moment:
                self._seen[platform_id] = replace(known, heard_at=moment)

    async def checked(self, seen: Seen) -> None:
        """Note what a check found."""
        known = self._seen.get(seen.platform_id) or Seen(seen.platform_id)
        self._seen[seen.platform_id] = replace(
            known, checked_at=seen.checked_at, offline_since=seen.offline_since
        )

    async def forget(self, platform_ids: Collection[str]) -> None:
        """Remove views and sightings of platforms that are gone."""
        gone = set(platform_ids)
        self._views = {key: view for key, view in self._views.items() if key[0] not in gone}
        self._seen = {key: seen for key, seen in self._seen.items() if key not in gone}
