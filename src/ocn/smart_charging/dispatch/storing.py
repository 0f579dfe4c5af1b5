"""Store what a ledger knows, so that it outlives the process."""

import asyncio

from ocn.smart_charging.dispatch.ledger import Ledger
from ocn.smart_charging.dispatch.ports import Memory


class Storing:
    """Of one ledger, one after the other: what is older must not be written over what is newer."""

    def __init__(self, ledger: Ledger, memory: Memory) -> None:
        self._ledger = ledger
        self._memory = memory
        self._turn = asyncio.Lock()

    async def store(self) -> None:
        """Store what changed; what cannot be is tried again with what changes next."""
        async with self._turn:
            records = self._ledger.take_changed()
            if not records:
                return
            try:
                await self._memory(records)
            except BaseException:
                self._ledger.not_stored(records)
                raise

    async def could_store(self) -> bool:
        """Do it and return whether that worked: for those who go on if not, and :meth:`store` at the end."""
        try:
            await self.store()
        except Exception:  # noqa: BLE001  whatever a memory raises; a limit that is over does not wait for it
            return False
        return True
