"""When each platform was last heard: one write into a dictionary per message, stored now and then."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ocn.node.client_info.model import Seen
from ocn.node.client_info.store import ClientInfoStore

_TRIAL_MS = 30_000
"""One message in so long is let through to a platform that is OFFLINE: its answer brings it back at once."""


class LastSeen:
    """The sightings of this process, and those of all as they were last read."""

    def __init__(self, store: ClientInfoStore, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._heard: dict[str, int] = {}
        self._unstored: set[str] = set()
        self._stored: Mapping[str, Seen] = {}
        self._offline: dict[str, int] = {}
        self._tried: dict[str, int] = {}

    def note(self, platform_id: str) -> None:
        """A platform was heard just now. On the way of every message: memory only."""
        self._heard[platform_id] = self._now_ms()
        self._unstored.add(platform_id)

    def heard_at(self, platform_id: str) -> datetime | None:
        """Return when a platform was last heard by any replica, as far as this one knows."""
        stored = self._stored.get(platform_id)
        times = [stored.heard_at] if stored is not None and stored.heard_at is not None else []
        if (here := self._heard.get(platform_id)) is not None:
            times.append(datetime.fromtimestamp(here / 1000, UTC))
        return max(times, default=None)

    def stored(self, platform_id: str) -> Seen:
        """Return what is stored of a platform, as it was last read."""
        return self._stored.get(platform_id) or Seen(platform_id)

    def is_offline(self, platform_id: str) -> bool:
        """Whether its last check failed and nothing was heard of it since."""
        since = self._offline.get(platform_id)
        return since is not None and self._heard.get(platform_id, 0) < since

    def any_offline(self) -> bool:
        """Whether a platform was OFFLINE when the sightings were read."""
        return bool(self._offline)

    def offline(self) -> frozenset[str]:
        """Return the platforms that are taken for OFFLINE."""
        return frozenset(each for each in self._offline if self.is_offline(each))

    def may_try(self, platform_id: str) -> bool:
        """Whether a message may be sent to a platform: always, but OFFLINE only one in half a minute."""
        if not self.is_offline(platform_id):
            return True
        now_ms = self._now_ms()
        if now_ms - self._tried.get(platform_id, 0) < _TRIAL_MS:
            return False
        self._tried[platform_id] = now_ms
        return True

    async def flush(self) -> None:
        """Store what was heard since the last time."""
        unstored, self._unstored = self._unstored, set()
        if unstored:
            try:
                await self._store.heard(
                    [(each, datetime.fromtimestamp(self._heard[each] / 1000, UTC)) for each in unstored]
                )
            except BaseException:
                self._unstored |= unstored & self._heard.keys()
                raise

    async def refresh(self) -> None:
        """Read what all replicas know."""
        self._stored = {seen.platform_id: seen for seen in await self._store.seen()}
        self._offline = {}
        for seen in self._stored.values():
            if seen.offline_since is None:
                continue
            if seen.heard_at is None or seen.heard_at < seen.offline_since:
                self._offline[seen.platform_id] = int(seen.offline_since.timestamp() * 1000)

    async def checked(self, platform_id: str, at: datetime, *, alive: bool) -> None:
        """Store what a check of a platform found."""
        before = self.stored(platform_id)
        since = before.offline_since if self.is_offline(platform_id) else at
        await self._store.checked(Seen(platform_id, before.heard_at, at, None if alive else since))
        await self.refresh()

    def keep(self, platform_ids: set[str]) -> None:
        """Drop what is kept in memory of all other platforms."""
        for platform_id in (self._heard.keys() | self._tried.keys()) - platform_ids:
            self._heard.pop(platform_id, None)
            self._tried.pop(platform_id, None)
        self._unstored &= platform_ids
