"""Tell platforms their news: each its own, within its turn, and none that cannot be reached."""

import asyncio
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from ocn.node.client_info.introductions import Introductions
from ocn.node.client_info.last_seen import LastSeen
from ocn.node.client_info.model import View
from ocn.node.client_info.pushes import Pushes, receiver_endpoint
from ocn.node.client_info.roster import Roster
from ocn.node.client_info.views import Views
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ports import Clock

_PARTIES_AT_ONCE: Final = 4
"""PUTs under way to one platform, each about another party."""
_ROUND_S: Final = 60.0
"""So long one platform may take the place of others; the rest of its news follows in the next round."""


class Telling:
    """Who is to be told, and the telling; one that failed is tried again when it was heard, or later."""

    def __init__(
        self,
        *,
        members: Members,
        roster: Roster,
        views: Views,
        pushes: Pushes,
        introductions: Introductions,
        last_seen: LastSeen,
        clock: Clock,
        again_after: timedelta,
    ) -> None:
        self._members = members
        self._roster = roster
        self._views = views
        self._pushes = pushes
        self._introductions = introductions
        self._last_seen = last_seen
        self._clock = clock
        self._again_after = again_after
        self._failed: dict[str, datetime] = {}

    def keep(self, platform_ids: AbstractSet[str]) -> None:
        """Forget all platforms but these."""
        for platform_id in self._failed.keys() - platform_ids:
            del self._failed[platform_id]

    def is_due(self, platform: Platform, now: datetime) -> bool:
        """Whether a platform has news to get and can be expected to take it."""
        if receiver_endpoint(platform) is None or self._last_seen.is_offline(platform.id):
            return False
        failed = self._failed.get(platform.id)
        if failed is not None:
            heard = self._last_seen.heard_at(platform.id)
            checked = self._last_seen.stored(platform.id).checked_at
            back = max((moment for moment in (heard, checked) if moment is not None), default=failed)
            if back <= failed and now - failed < self._again_after:
                return False
        return bool(self._views.untold(platform))

    async def tell(self, platform_id: str) -> bool:
        """Tell a platform all its news; False when it could not be reached."""
        try:
            async with asyncio.timeout(_ROUND_S):
                while (platform := self._members.by_id(platform_id)) is not None:
                    untold = self._views.untold(platform)
                    if not untold:
                        break
                    parties = [list(views) for _, views in groupby(sorted(untold, key=_party), key=_party)]
                    together = parties[:_PARTIES_AT_ONCE]
                    reached = await asyncio.gather(
                        *(self._tell_of_party(platform, views) for views in together)
                    )
                    if not all(reached):
                        self._failed[platform_id] = self._clock.now()
                        return False
        except TimeoutError:
            return True
        self._failed.pop(platform_id, None)
        return True

    async def _tell_of_party(self, platform: Platform, views: list[View]) -> bool:
        """Tell of a party, its roles one after the other: their PUTs go to one address (HUB-96)."""
        for view in views:
            client = self._roster.get(view.key)
            if client is not None:
                if not await self._pushes.push(platform, client, view):
                    return False
                self._introductions.told(platform.id, client.party, view.status)
            await self._views.told([view])
        return True


def _party(view: View) -> str:
    return view.key.party_key
