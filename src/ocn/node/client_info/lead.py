"""Of several replicas one does the work at a time."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from ocn.node.client_info.store import ClientInfoStore

_LEAD: Final = timedelta(seconds=15)


class Lead:
    """Whether this replica does the work, by a lease in the database."""

    def __init__(self, store: ClientInfoStore) -> None:
        self._store = store
        self._id = secrets.token_hex(8)
        self._until: datetime | None = None

    async def held(self, now: datetime) -> bool:
        """Say whether this replica leads; it asks again when half of its time is over."""
        if self._until is not None and now < self._until - _LEAD / 2:
            return True
        until = now + _LEAD
        self._until = until if await self._store.lead(self._id, now, until) else None
        return self._until is not None
