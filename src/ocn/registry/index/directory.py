"""Lookups over a pair of views."""

from collections.abc import Sequence

from ocn.chain.following.viewed import Viewed
from ocn.chain.following.views import View
from ocn.ocpi.party_id import PartyId
from ocn.registry.index.state import State
from ocn.registry.listings import NodeListing, PartyListing, Service
from ocn.registry.records import Key, Kind, Record


class Lookups(Viewed[Key, Record, State]):
    """The part of :class:`ocn.registry.directory.Directory` that answers from memory."""

    def party(self, party: PartyId, view: View = "latest") -> PartyListing | None:
        """Return who is listed under these ids, in any case of letters, or None."""
        return self._state(view).party(party)

    def party_by_address(self, address: str, view: View = "latest") -> PartyListing | None:
        """Return the party with this key (EIP-55 case), or None."""
        return self._state(view).party_by_address(address)

    def parties(self, view: View = "latest") -> Sequence[PartyListing]:
        """Return every listed party."""
        return self._state(view).parties()

    def node(self, operator: str, view: View = "latest") -> NodeListing | None:
        """Return the node of this operator (EIP-55 case), or None."""
        return self._state(view).node(operator)

    def nodes(self, view: View = "latest") -> Sequence[NodeListing]:
        """Return every listed node."""
        return self._state(view).nodes()

    def service(self, provider: str, view: View = "latest") -> Service | None:
        """Return the service of this provider (EIP-55 case), or None."""
        return self._state(view).service(provider)

    def services(self, view: View = "latest") -> Sequence[Service]:
        """Return every service."""
        return self._state(view).services()

    def agreements_of(self, user: str, view: View = "latest") -> Sequence[Service]:
        """Return the existing services that this user (EIP-55 case) has agreed to and not revoked."""
        return self._state(view).agreements_of(user)

    def has_agreement(self, user: str, provider: str, view: View = "latest") -> bool:
        """Return whether a user has agreed to a provider and not revoked, its service existing or not."""
        return self._state(view).record(Key(Kind.AGREEMENT, user, provider)) is not None
