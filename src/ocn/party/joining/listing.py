"""A party in the registry: putting oneself there under a node, and asking who may sign for whom."""

import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from ocn.errors import OcnError
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import ListingFailed
from ocn.party.identity.roles import PartyRole
from ocn.party.receiving.routes import Interface
from ocn.party.signatures.strict_terms import ListedKeys
from ocn.registry.calls import Change, set_party, set_party_modules
from ocn.registry.listings import MODULES, Modules, PartyListing
from ocn.signing.addresses import same_address
from ocn.signing.keys import PrivateKey


class Reading(Protocol):
    """What is asked of the registry; :class:`ocn.registry.reading.RegistryReader` is one."""

    async def party(self, party: PartyId) -> PartyListing | None:
        """Return who is listed under these ids."""
        ...


class Writing(Protocol):
    """How the registry is changed; :class:`ocn.registry.writing.RegistryWriter` is one."""

    async def send(self, change: Change) -> object:
        """Change the listing of the account that pays."""
        ...

    async def send_typed(self, change: Change, owner: PrivateKey) -> object:
        """Change the listing of ``owner``, whose signature it takes; another account pays."""
        ...


class RegistryListing:
    """Keeps one party's entry as it should be; :class:`ocn.party.Party` calls it before it registers.

    ``key`` is the party's. ``pays_itself`` says that the writer's account is the party's own.
    """

    def __init__(
        self,
        reading: Reading,
        writing: Writing,
        *,
        key: PrivateKey,
        operator: str,
        pays_itself: bool = False,
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._key = key
        self._operator = operator
        self._pays_itself = pays_itself

    async def ensure(self, roles: Sequence[PartyRole], modules: Iterable[Interface]) -> bool:
        """Write the entry, or move it to this operator, if it is not as it should be; True if written.

        Raises:
            ListingFailed: somebody else holds these ids, or the registry cannot be read or written.
        """
        parties = {role.party for role in roles}
        if len(parties) != 1:
            raise ListingFailed("One key lists one party: give each party of this platform its own key.")
        party, wanted = parties.pop(), tuple(sorted({role.role for role in roles}))
        offered = _modules(modules)
        try:
            there = await self._reading.party(party)
            if there is not None and not same_address(there.address, self._key.address):
                raise ListingFailed(f"{party} is listed already, under the key of {there.address}.")
            moved = (
                there is None
                or not same_address(there.operator, self._operator)
                or tuple(sorted(there.roles)) != wanted
            )
            if moved:
                await self._send(set_party(party, wanted, self._operator))
            listed = Modules() if moved or there is None else there.modules  # moving clears them
            if listed != offered:
                await self._send(set_party_modules(offered.sender, offered.receiver))
        except ListingFailed:
            raise
        except OcnError as error:
            raise ListingFailed(f"{party} could not be listed: {error.message}", hint=error.hint) from error
        return moved or listed != offered

    async def _send(self, change: Change) -> None:
        if self._pays_itself:
            await self._writing.send(change)
        else:
            await self._writing.send_typed(change, self._key)


class RegistrySignatories:
    """Who may sign for a party, as the registry says; an answer is believed for ``keep_s`` seconds."""

    def __init__(self, reading: Reading, *, keep_s: float = 60.0, most: int = 10_000) -> None:
        self._reading = reading
        self._keep_s = keep_s
        self._most = most
        self._known: dict[PartyId, tuple[float, ListedKeys | None]] = {}

    async def entitled(self, party: PartyId) -> frozenset[str]:
        """See :class:`ocn.party.signatures.notary.Signatories`.

        Raises:
            ListingFailed: the registry does not answer.
        """
        listed = await self.keys(party)
        return frozenset[str]() if listed is None else frozenset({listed.party, listed.operator})

    async def keys(self, party: PartyId) -> ListedKeys | None:
        """See :class:`ocn.party.signatures.strict_terms.Keys`.

        Raises:
            ListingFailed: the registry does not answer.
        """
        now = time.monotonic()
        until, known = self._known.get(party, (0.0, None))
        if until > now:
            return known
        try:
            there = await self._reading.party(party)
        except OcnError as error:
            raise ListingFailed(f"the registry cannot be asked about {party}: {error.message}") from error
        found = None if there is None else ListedKeys(there.address, there.operator)
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[party] = (now + self._keep_s, found)
        return found


def _modules(interfaces: Iterable[Interface]) -> Modules:
    """Those of the interfaces that the registry has numbers for, in its order."""
    offered = set(interfaces)
    return Modules(
        tuple(module for module in MODULES if (module, InterfaceRole.SENDER) in offered),
        tuple(module for module in MODULES if (module, InterfaceRole.RECEIVER) in offered),
    )
