"""What waits to be done: sites to plan again, and CPOs to read again; each has a bell."""

import asyncio
from collections import defaultdict

from ocn.ocpi.party_id import PartyId


class Bell:
    """Rings until somebody comes, so what happens within a moment is done once."""

    def __init__(self) -> None:
        self._rings = asyncio.Event()

    def ring(self) -> None:
        """Something is to be done."""
        self._rings.set()

    def answered(self) -> bool:
        """Return whether something was to be done; it is silent again."""
        rang = self._rings.is_set()
        self._rings.clear()
        return rang

    async def rung(self, timeout_s: float) -> bool:
        """Wait until something is to be done, or for so long."""
        try:
            async with asyncio.timeout(max(0.0, timeout_s)):
                await self._rings.wait()
        except TimeoutError:
            return False
        return True


class Triggers:
    """Takes what happens to those who do something about it."""

    def __init__(self) -> None:
        self._sites: defaultdict[str, Bell] = defaultdict(Bell)
        self._cpos: defaultdict[PartyId, Bell] = defaultdict(Bell)

    def of_site(self, name: str) -> Bell:
        """Return what calls for a site to be planned."""
        return self._sites[name]

    def of_cpo(self, cpo: PartyId) -> Bell:
        """Return what calls for a CPO to be read."""
        return self._cpos[cpo]

    def plan(self, site_name: str) -> None:
        """A site is to be planned again."""
        self._sites[site_name].ring()

    def read(self, cpo: PartyId) -> None:
        """A CPO is to be read again: something of it is unknown here."""
        self._cpos[cpo].ring()
