"""How each platform sees the others, and what it has not been told of it yet (HUB-95)."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ocn.node.client_info.model import Client, Key, View
from ocn.node.client_info.store import ClientInfoStore
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus

Admits = Callable[[Platform, PartyId], bool]
"""Whether the rules of a platform let a party write to it at all."""


class Sight:
    """What one platform may see of another: who do not admit each other have no contract yet."""

    def __init__(self, members: Members, admits: Admits) -> None:
        self._members = members
        self._admits = admits

    def status(self, viewer: Platform, client: Client) -> ConnectionStatus:
        """Return how a client looks to a platform.

        Who is not admitted, by either side, is PLANNED; SUSPENDED shows to all, since it ends everything.
        Of a party behind another node the rules are not known here, only those of the viewer.
        """
        if client.status is ConnectionStatus.SUSPENDED or client.party in viewer.parties:
            return client.status
        platform = self._members.by_party(client.party)
        admitted = self._admits(viewer, client.party) and (
            platform is None or any(self._admits(platform, party) for party in viewer.parties)
        )
        return client.status if admitted else ConnectionStatus.PLANNED


class Views:
    """The views of all platforms, in memory as they are stored. For the replica that leads."""

    def __init__(self, store: ClientInfoStore, members: Members, sight: Sight) -> None:
        self._store = store
        self._members = members
        self._sight = sight
        self._views: dict[str, dict[Key, View]] = {}

    async def refresh(self) -> None:
        """Read what is stored: who leads anew does not know what the one before it has told."""
        self._views = {}
        for view in await self._store.views():
            self._views.setdefault(view.platform_id, {})[view.key] = view

    async def settle(self, clients: Sequence[Client], now: datetime) -> None:
        """Work out every view again, store those that became others, and forget those of platforms gone."""
        platforms = self._members.platforms()
        gone = self._views.keys() - {platform.id for platform in platforms}
        if gone:
            await self._store.forget(gone)
            for platform_id in gone:
                del self._views[platform_id]
        for platform in platforms:
            changed = list(self._changed(platform, clients, now))
            if changed:
                await self._store.put_views(changed)
                self._views.setdefault(platform.id, {}).update({view.key: view for view in changed})
            await asyncio.sleep(0)  # many platforms see many others; messages go between them

    def _changed(self, viewer: Platform, clients: Sequence[Client], now: datetime) -> Iterator[View]:
        known = self._views.get(viewer.id, {})
        for client in clients:
            status = self._sight.status(viewer, client)
            before = known.get(client.key)
            if before is None:
                yield View(viewer.id, client.key, status, client.last_updated, delivered=False)
            elif before.status is not status:
                later = client.last_updated > before.last_updated
                moment = client.last_updated if later else max(now, before.last_updated)
                yield View(viewer.id, client.key, status, moment, delivered=False)

    def untold(self, viewer: Platform) -> list[View]:
        """Return what a platform has not been told yet; about itself it is told nothing."""
        own = {party.key for party in viewer.parties}
        return sorted(
            (
                view
                for view in self._views.get(viewer.id, {}).values()
                if not view.delivered and view.key.party_key not in own
            ),
            key=lambda view: (view.last_updated, view.key),
        )

    async def told(self, views: Sequence[View]) -> None:
        """Note that a platform has been told, unless its view became another meanwhile."""
        done = [
            replace(view, delivered=True)
            for view in views
            if self._views.get(view.platform_id, {}).get(view.key) == view
        ]
        if done:
            await self._store.put_views(done)
            for view in done:
                self._views[view.platform_id][view.key] = view
