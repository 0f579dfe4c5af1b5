"""Which services a party has permitted what: answered from memory, anew with every change on chain."""

from collections.abc import Iterable
from dataclasses import dataclass

from ocn.node.copies.permissions import is_coverable, permits
from ocn.node.copies.ports import ServiceDirectory
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry.directory import Changes
from ocn.signing import same_address


@dataclass(frozen=True, slots=True)
class Permitted:
    """A service that may have a copy."""

    service: PartyId
    provider: str


class Agreements:
    """Answers one dictionary lookup per message; what it remembers goes when a block changes a listing.

    An agreement counts from the block that makes it to the block that revokes it, unconfirmed blocks
    included: the party has signed the one and the other, and a revocation must not wait.
    """

    def __init__(self, directory: ServiceDirectory) -> None:
        self._directory = directory
        self._remembered: dict[tuple[str, str, InterfaceRole], tuple[Permitted, ...]] = {}
        directory.on_change(self._forget)

    def services_for(
        self, user: PartyId, module: str, interface_role: InterfaceRole
    ) -> tuple[Permitted, ...]:
        """Return the services that get copies of what this party sends to that interface.

        Only for parties connected here: what is remembered is bounded by their number, since of the
        modules that a party may name only the few that a permission can cover are looked up.
        """
        if not is_coverable(module):
            return ()
        question = (user.key, module, interface_role)
        found = self._remembered.get(question)
        if found is None:
            found = self._remembered[question] = self._look(user, module, interface_role)
        return found

    def still_permits(
        self, user: PartyId, service: Permitted, module: str, interface_role: InterfaceRole
    ) -> bool:
        """Whether a service may have a copy at this moment: the same provider, under the same name."""
        return service in self.services_for(user, module, interface_role)

    def permits(self, user: PartyId, service: PartyId, module: str, interface_role: InterfaceRole) -> bool:
        """Whether any party, of whichever node, permits a service this; asked anew each time."""
        return any(found.service == service for found in self._look(user, module, interface_role))

    def is_behind(self, service: PartyId, nodes: Iterable[str], roles: frozenset[Role]) -> bool:
        """Whether a service is listed in one of these roles at one of these nodes (operators' addresses)."""
        listing = self._directory.party(service)
        return (
            listing is not None
            and not roles.isdisjoint(listing.roles)
            and any(same_address(listing.operator, node) for node in nodes)
        )

    def _look(self, user: PartyId, module: str, interface_role: InterfaceRole) -> tuple[Permitted, ...]:
        listing = self._directory.party(user)
        if listing is None:
            return ()
        return tuple(
            Permitted(service.party, service.provider)
            for service in self._directory.agreements_of(listing.address)
            if service.party is not None
            and service.party != user
            and permits(service.permissions, module, interface_role)
        )

    def _forget(self, _changes: Changes) -> None:
        self._remembered.clear()
