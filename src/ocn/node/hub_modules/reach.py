"""Who can be reached through this hub: the parties connected here, and those listed behind other nodes."""

from ocn.node.members import Members
from ocn.node.model import PlatformRole
from ocn.node.ports import Directory
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.signing import same_address


class Reach:
    """Lists reachable parties, from memory."""

    def __init__(self, *, address: str, hub: PartyId, members: Members, directory: Directory) -> None:
        self._address = address
        self._hub = hub
        self._members = members
        self._directory = directory

    def roles(self, viewer: frozenset[PartyId]) -> list[PlatformRole]:
        """Return every role of every party that ``viewer`` can reach, in one order, itself left out.

        A party connected here is shown as it registered. Of one behind another node the registry knows
        the roles and no business details.
        """
        local = {
            role.party: [each for each in platform.roles if each.party == role.party]
            for platform in self._members.platforms()
            for role in platform.roles
        }
        remote = {
            listing.party: [PlatformRole(listing.party, role) for role in listing.roles]
            for listing in self._directory.parties()
            if listing.node_url is not None and not same_address(listing.operator, self._address)
        }
        return [
            role
            for party, roles in sorted((remote | local).items(), key=lambda item: item[0].key)
            if party not in viewer and party != self._hub
            for role in sorted(_unlike(roles), key=lambda each: each.role)
        ]


def _unlike(roles: list[PlatformRole]) -> list[PlatformRole]:
    """Leave out a role that 2.3.0 would show twice: HUB and OTHER are both OTHER there (HUB-105)."""
    named = {role.role for role in roles}
    return [role for role in roles if not (role.role is Role.HUB and Role.OTHER in named)]
