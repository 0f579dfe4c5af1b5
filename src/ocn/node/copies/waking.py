"""Word from the way of messages to the couriers, within one process; other replicas look for themselves."""

import asyncio

from ocn.ocpi.party_id import PartyId


class Waking:
    """Says for which services something was stored."""

    def __init__(self) -> None:
        self._woken: set[PartyId] = set()
        self._event = asyncio.Event()
        self.lost = 0
        """Copies that could not be stored since this process started."""

    def wake(self, service: PartyId) -> None:
        """Note that something waits for a service."""
        self._woken.add(service)
        self._event.set()

    async def woken(self, timeout_s: float) -> set[PartyId]:
        """Return the services noted since the last call, waiting for the first of them for so long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
        woken, self._woken = self._woken, set()
        return woken
