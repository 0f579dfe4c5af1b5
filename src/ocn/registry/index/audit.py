"""Compare a sample of what the index says with what the contracts say."""

import random
from collections.abc import Collection
from typing import Final

import structlog

from ocn.chain.errors import ChainError
from ocn.registry.directory import View
from ocn.registry.index.directory import Lookups
from ocn.registry.listings import PartyListing, Service, is_canonical
from ocn.registry.reading import RegistryReader
from ocn.registry.records import Key, Kind

_log = structlog.get_logger(__name__)
_LATEST: Final[View] = "latest"


class Auditor:
    """Looks at random listings once in a while, and twice at those that differ.

    The contracts may be a block ahead of the index at the first look; what still differs after another step
    of the follower is a mismatch: a defect here, or an endpoint that hides events.
    """

    def __init__(self, reader: RegistryReader, *, sample: int, every_s: float) -> None:
        self._reader = reader
        self._sample = sample
        self._every_s = every_s
        self._due_at = 0.0
        self._suspects: set[Key] = set()
        self.mismatches = 0

    async def look(self, lookups: Lookups, now: float) -> bool:
        """Audit if it is time, on the loop's clock; True when a second look is wanted soon.

        The index must have read everything the endpoint has. An endpoint that fails is tried again next time.
        """
        if self._sample == 0:
            return False
        try:
            if self._suspects:
                wrong = await self.differing(lookups, self._suspects)
                self._suspects = set()
                if wrong:
                    self.mismatches += len(wrong)
                    _log.error("registry_index_differs_from_chain", keys=[" ".join(key) for key in wrong])
            elif now >= self._due_at:
                self._due_at = now + self._every_s
                self._suspects = await self.differing(lookups, await self._chosen(lookups))
        except ChainError as error:
            _log.warning("registry_index_audit_failed", error=error.message)
        return bool(self._suspects)

    async def differing(self, lookups: Lookups, keys: Collection[Key]) -> set[Key]:
        """Return those of the keys whose listing in the contracts is another."""
        return {key for key in keys if not await self._same(lookups, key)}

    async def _chosen(self, lookups: Lookups) -> list[Key]:
        """Choose from what the index knows, and from what the contracts list: it may have missed some."""
        known = lookups.keys(_LATEST)
        chosen = random.sample(known, min(len(known), self._sample))
        parties = await self._reader.some_parties(self._sample)
        return [*chosen, *(Key(Kind.PARTY, address) for address in parties)]

    async def _same(self, lookups: Lookups, key: Key) -> bool:
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
