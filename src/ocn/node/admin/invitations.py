"""Issue, list and withdraw the TOKEN_A with which parties register."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta

from ocn.node.members import Members, token_hash
from ocn.node.model import Invitation
from ocn.node.ports import Clock, PlatformStore
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role


class Invitations:
    """The use cases around TOKEN_A."""

    def __init__(
        self, *, hub: PartyId, store: PlatformStore, members: Members, clock: Clock, lifetime: timedelta
    ) -> None:
        self._hub = hub
        self._store = store
        self._members = members
        self._clock = clock
        self._lifetime = lifetime

    async def issue(
        self, parties: frozenset[PartyId], roles: Mapping[PartyId, Role] | None = None
    ) -> tuple[Invitation, str]:
        """Issue a TOKEN_A for these parties and nobody else; the token is returned once and kept as a hash.

        ``roles`` says which side a party takes whose 2.1.1 credentials will not say it.

        Raises:
            InvalidParameters: no party, one that is connected already, or the hub itself.
        """
        if not parties:
            raise InvalidParameters("name at least one party")
        if self._hub in parties:
            raise InvalidParameters(f"{self._hub} is this hub: no party can have its codes")
        connected = sorted(str(party) for party in parties if self._members.by_party(party))
        if connected:
            raise InvalidParameters(f"already connected: {', '.join(connected)}")
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        invitation = Invitation(
            str(uuid.uuid4()), token_hash(token), parties, now, now + self._lifetime, dict(roles or {})
        )
        await self._store.invite(invitation)
        await self._members.refresh()
        return invitation, token

    async def withdraw(self, invitation_id: str) -> bool:
        """Make a TOKEN_A worthless; False when there is none."""
        withdrawn = await self._store.withdraw(invitation_id)
        await self._members.refresh()
        return withdrawn
