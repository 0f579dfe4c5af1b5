"""Whom a broadcast concerns: one table by role, applied to who is connected and which nodes there are.

OCPI 2.2.1 transport_and_format, Broadcast Push: the parties of the opposite role that implement the module.
The texts say nothing of NAP and SCSP (``docs/explanation/routing.md`` has our reading).
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ports import Directory
from ocn.node.stages import Authenticated, Door, Everyone, LocalPlatform, Permitted, RemoteNode
from ocn.ocpi.errors import ReceiverUnreachable
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.signing import same_address

BROADCAST_MODULES = frozenset({ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.TOKENS})
"""Data meant for all others; what concerns one driver never is (HUB-27)."""

_OWNER = {ModuleID.LOCATIONS: Role.CPO, ModuleID.TARIFFS: Role.CPO, ModuleID.TOKENS: Role.EMSP}
_TO_CPOS = frozenset({Role.CPO})
_TO_PROVIDERS = frozenset({Role.EMSP, Role.NSP, Role.OTHER})
AUDIENCE: dict[Role, frozenset[Role]] = {
    Role.CPO: _TO_PROVIDERS | {Role.NAP},
    Role.EMSP: _TO_CPOS,
    Role.OTHER: _TO_CPOS,
    Role.NSP: _TO_CPOS,
    Role.NAP: _TO_CPOS,
    Role.SCSP: _TO_CPOS,
}


def audience_of(roles: Collection[Role], module: str) -> frozenset[Role]:
    """Return the roles that what a party pushes is for.

    A party of several roles pushes in the one that owns the module, when it has that one.
    """
    owner = _OWNER.get(ModuleID(module)) if module in BROADCAST_MODULES else None
    acting = {owner} if owner in roles else set(roles)
    return frozenset().union(*(AUDIENCE.get(role, frozenset()) for role in acting if role))


class Admission(Protocol):
    """The receiver's own rules."""

    def signed_enough(self, platform: Platform, authenticated: Authenticated, /) -> bool:
        """Whether a request has the signatures that a platform demands."""
        ...

    def admits(self, platform: Platform, sender: PartyId, module: str, /, *, signed: bool) -> bool:
        """Whether the platform takes what a party sends in a module; ``signed``: signed as it demands."""
        ...


def roles_of(party: PartyId, platform: Platform | None, directory: Directory) -> Collection[Role]:
    """Return the roles of a party: those of its platform when it is connected here, else those listed."""
    if platform is not None:
        return {role.role for role in platform.roles if role.party == party}
    listing = directory.party(party)
    return listing.roles if listing is not None else ()


class Audiences:
    """Finds the receivers of a broadcast."""

    def __init__(self, *, address: str, members: Members, directory: Directory, admission: Admission) -> None:
        self._address = address
        self._members = members
        self._directory = directory
        self._admission = admission

    def of(self, permitted: Permitted) -> Everyone:
        """Return everybody concerned; of what came from another node, those connected here alone."""
        platform = permitted.authenticated.platform
        roles = roles_of(permitted.sender, platform, self._directory)
        module = permitted.received.address.module
        audience = audience_of(roles, module)
        parties = tuple(self._local(permitted, audience, module))
        nodes = () if permitted.received.door is Door.NODE else tuple(self._nodes())
        return Everyone(parties, nodes, audience)

    def still(self, permitted: Permitted, party: PartyId, target: LocalPlatform) -> LocalPlatform:
        """Return where a party of the audience is connected now.

        Raises:
            ReceiverUnreachable: it has left, or its rules no longer admit the sender.
        """
        platform = self._members.by_party(party)
        if platform is target.platform:
            return target
        if platform is None or platform.id != target.platform.id:
            raise ReceiverUnreachable(f"{party} has left since")
        if not self._is_wanted(platform, permitted):
            raise ReceiverUnreachable(f"{party} no longer takes this from {permitted.sender}")
        return LocalPlatform(platform)

    def still_listed(self, node: RemoteNode) -> RemoteNode:
        """Return where a node is listed now.

        Raises:
            ReceiverUnreachable: nowhere.
        """
        listing = self._directory.node(node.address)
        if listing is None:
            raise ReceiverUnreachable(f"the node at {node.url} is no longer listed in the registry")
        return RemoteNode(listing.operator, listing.url.rstrip("/"))

    def _local(
        self, permitted: Permitted, audience: frozenset[Role], module: str
    ) -> Iterator[tuple[PartyId, LocalPlatform]]:
        own = permitted.authenticated.platform
        for platform in self._members.platforms():
            if own is not None and platform.id == own.id:
                continue
            if (module, InterfaceRole.RECEIVER) not in platform.endpoints:
                continue
            if not self._is_wanted(platform, permitted):
                continue
            target = LocalPlatform(platform)
            for party in _parties_in(platform, audience):
                yield party, target

    def _is_wanted(self, platform: Platform, permitted: Permitted) -> bool:
        signed = self._admission.signed_enough(platform, permitted.authenticated)
        module = permitted.received.address.module
        return self._admission.admits(platform, permitted.sender, module, signed=signed)

    def _nodes(self) -> Iterable[RemoteNode]:
        for node in self._directory.nodes():
            if not same_address(node.operator, self._address):
                yield RemoteNode(node.operator, node.url.rstrip("/"))


def _parties_in(platform: Platform, audience: frozenset[Role]) -> Iterable[PartyId]:
    return dict.fromkeys(role.party for role in platform.roles if role.role in audience)
