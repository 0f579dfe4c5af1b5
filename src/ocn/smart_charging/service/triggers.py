"""What waits to be done: sites to plan again, CPOs to read again; and a bell for whoever does it."""

import asyncio

from ocn.ocpi.party_id import PartyId


class Triggers:
    """Collects while nobody looks, so what happens within a moment is done once."""

    def __init__(self) -> None:
        self._sites: set[str] = set()
        self._cpos: set[PartyId] = set()
        self._bell = asyncio.Event()

    def plan(self, site_name: str) -> None:
        """A site is to be planned again."""
        self._sites.add(site_name)
        self._bell.set()

    def read(self, cpo: PartyId) -> None:
        """A CPO is to be read again: something of it is unknown here."""
        self._cpos.add(cpo)
        self._bell.set()

    def take_sites(self) -> set[str]:
        """Return the sites that wait, and let them wait no more."""
        sites, self._sites = self._sites, set()
        return sites

    def take_cpos(self) -> set[PartyId]:
        """Return the CPOs that wait, and let them wait no more; the bell is silent again."""
        cpos, self._cpos = self._cpos, set()
        self._bell.clear()
        return cpos

    async def rung(self, timeout_s: float) -> bool:
        """Wait until something is to be done, or for so long."""
        try:
            async with asyncio.timeout(max(0.0, timeout_s)):
                await self._bell.wait()
        except TimeoutError:
            return False
        return True
