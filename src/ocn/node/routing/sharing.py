"""Who is to see what a party shares with everyone: the same table as for broadcasts, asked for one pair."""

from ocn.node.members import Members
from ocn.node.ports import Directory
from ocn.node.routing.audiences import Admission, audience_of, roles_of
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus


class Sharing:
    """Decides for lists what a broadcast decides for its receivers."""

    def __init__(self, *, members: Members, directory: Directory, admission: Admission) -> None:
        self._members = members
        self._directory = directory
        self._admission = admission

    def sees(self, viewer: PartyId, owner: PartyId, module: str) -> bool:
        """Whether a party connected here is among those that an owner's broadcasts are for.

        What was signed when it came is not asked again: only the rules about parties count here.
        """
        platform = self._members.by_party(viewer)
        if platform is None or owner in platform.parties:
            return False
        roles = set(roles_of(viewer, platform, self._directory))
        owners = roles_of(owner, self._members.by_party(owner), self._directory)
        if not roles & audience_of(owners, module):
            return False
        return self._admission.admits(platform, owner, module, signed=True)

    def reachable(self, owner: PartyId) -> bool:
        """Whether an owner could tell this hub of a change now."""
        platform = self._members.by_party(owner)
        if platform is not None:
            return platform.status is ConnectionStatus.CONNECTED
        listing = self._directory.party(owner)
        return listing is not None and listing.node_url is not None
