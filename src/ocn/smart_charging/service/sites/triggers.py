"""What waits to be done, of each CPO: sites to plan again, and all of it to read again; with a bell."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from ocn.ocpi.party_id import PartyId


class Waiting:
    """Of one CPO. Collects while nobody looks, so what happens within a moment is done once."""

    def __init__(self) -> None:
        self._sites: set[str] = set()
        self._read = False
        self._bell = asyncio.Event()

    def plan(self, site_name: str) -> None:
        """A site is to be planned again."""
        self._sites.add(site_name)
        self._bell.set()

    def read(self) -> None:
        """The CPO is to be read again: something of it is unknown here."""
        self._read = True
        self._bell.set()

    def take_sites(self) -> set[str]:
        """Return the sites that wait, and let them wait no more."""
        sites, self._sites = self._sites, set()
        return sites

    def take_read(self) -> bool:
        """Return whether the CPO waits to be read, and let it wait no more; the bell is silent again."""
        read, self._read = self._read, False
        self._bell.clear()
        return read

    async def rung(self, timeout_s: float) -> bool:
        """Wait until something is to be done, or for so long."""
        try:
            async with asyncio.timeout(max(0.0, timeout_s)):
                await self._bell.wait()
        except TimeoutError:
            return False
        return True


class Triggers:
    """Takes what happens to those who do something about it; sites are known by whose they are."""

    def __init__(self, cpo_of: Mapping[str, PartyId]) -> None:
        self._cpo_of = dict(cpo_of)
        self._waiting: dict[PartyId, Waiting] = defaultdict(Waiting)

    def of(self, cpo: PartyId) -> Waiting:
        """Return what waits of a CPO."""
        return self._waiting[cpo]

    def plan(self, site_name: str) -> None:
        """See :meth:`Waiting.plan`."""
        self.of(self._cpo_of[site_name]).plan(site_name)

    def read(self, cpo: PartyId) -> None:
        """See :meth:`Waiting.read`."""
        self.of(cpo).read()
