"""Is a silent platform still alive (HUB-94)? Asked by a GET of its versions endpoint."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from ocn.node.client_info.last_seen import LastSeen
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.node_headers import new_message_id
from ocn.node.ports import Clock, Outbound
from ocn.ocpi.envelope import read_status_code
from ocn.ocpi.errors import HubFault, InvalidParameters
from ocn.ocpi.statuses import is_success

_log = structlog.get_logger("ocn.node.client_info")


class Probes:
    """Finds out who has been silent for too long, and asks them."""

    def __init__(
        self,
        *,
        outbound: Outbound,
        members: Members,
        last_seen: LastSeen,
        clock: Clock,
        interval: timedelta,
        timeout_s: float,
    ) -> None:
        self._outbound = outbound
        self._members = members
        self._last_seen = last_seen
        self._clock = clock
        self._interval = interval
        self._timeout_s = timeout_s

    def due(self, now: datetime) -> Iterator[Platform]:
        """Return the platforms to be asked now: nothing heard and not asked for the interval."""
        if not self._interval:
            return
        for platform in self._members.platforms():
            stored = self._last_seen.stored(platform.id)
            moments = (self._last_seen.heard_at(platform.id), stored.checked_at, platform.updated_at)
            latest = max((moment for moment in moments if moment is not None), default=None)
            if latest is None or now - latest >= self._interval:
                yield platform

    async def probe(self, platform: Platform) -> None:
        """Ask one platform and note what was found."""
        before = self._last_seen.is_offline(platform.id)
        alive = await self._answers(platform)
        await self._last_seen.checked(platform.id, self._clock.now(), alive=alive)
        if alive is before:
            _log.info("platform_alive_again" if alive else "platform_offline", platform=platform.id)

    async def _answers(self, platform: Platform) -> bool:
        headers = {
            "Authorization": platform.authorization,
            "Accept": "application/json",
            "X-Request-ID": new_message_id(),
            "X-Correlation-ID": new_message_id(),
        }
        try:
            answer = await self._outbound.request(
                "GET", platform.versions_url, headers, b"", timeout_s=self._timeout_s
            )
        except (HubFault, InvalidParameters):
            return False
        status = read_status_code(answer.body)
        return answer.status == 200 and status is not None and is_success(status)
