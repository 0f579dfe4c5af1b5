"""Compare listings of the index with what the contracts say."""

import random
from typing import Final

from ocn.chain.following.views import View
from ocn.registry.index.directory import Lookups
from ocn.registry.listings import PartyListing, Service, is_canonical
from ocn.registry.reading import RegistryReader
from ocn.registry.records import Key, Kind

_LATEST: Final[View] = "latest"


class RegistrySampler:
    """Both sides of the audit; see :class:`ocn.chain.following.auditing.Sampler`."""

    def __init__(self, reader: RegistryReader, lookups: Lookups) -> None:
        self._reader = reader
        self._lookups = lookups

    async def chosen(self, sample: int) -> list[Key]:
        """Choose from what the index knows, and from what the contracts list: it may have missed some."""
        known = self._lookups.keys(_LATEST)
        chosen = random.sample(known, min(len(known), sample))
        parties = await self._reader.some_parties(sample)
        return [*chosen, *(Key(Kind.PARTY, address) for address in parties)]

    async def same(self, key: Key) -> bool:
        """Compare what is listed under a key."""
        lookups = self._lookups
        if key.kind is Kind.NODE:
            return await self._reader.node(key.owner) == lookups.node(key.owner)
        if key.kind is Kind.PARTY:
            return _same_party(
                await self._reader.party_by_address(key.owner), lookups.party_by_address(key.owner)
            )
        if key.kind is Kind.SERVICE:
            return _same_service(await self._reader.service(key.owner), lookups.service(key.owner))
        agreed = await self._reader.has_agreement(key.owner, key.other)
        return agreed == lookups.has_agreement(key.owner, key.other)


def _same_party(said: PartyListing | None, known: PartyListing | None) -> bool:
    """A party under ids that no client asks for is rightly unknown here."""
    return said == known or (known is None and said is not None and not is_canonical(said.party))


def _same_service(said: Service | None, known: Service | None) -> bool:
    if said is None or known is None:
        return said is known
    return (said.name, said.url, said.permissions) == (known.name, known.url, known.permissions)
