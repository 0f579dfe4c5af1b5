"""The same stores in memory: for tests and for networks that need not outlive their process."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from ocn.database.errors import AlreadyStored
from ocn.node.errors import InvitationGone, PartyTaken, PlatformChanged
from ocn.node.model import Invitation, Link, Platform
from ocn.node.ocn_rules import NO_RULES, OcnRules


class MemoryPlatformStore:
    """``PlatformStore`` in memory: no await inside, so every call is one transaction."""

    def __init__(self) -> None:
        self._platforms: dict[str, Platform] = {}
        self._invitations: dict[str, Invitation] = {}
        self._revision = 0

    async def platforms(self) -> list[Platform]:
        """Return every registered platform, ordered by id."""
        return sorted(self._platforms.values(), key=lambda platform: platform.id)

    async def register(
        self, platform: Platform, *, invitation_id: str | None = None, replaces: Platform | None = None
    ) -> None:
        """Store a platform, new or changed, and use up the invitation it came with."""
        stored = self._platforms.get(platform.id)
        if replaces is not None and (stored is None or _state(stored) != _state(replaces)):
            raise PlatformChanged("the platform was changed or removed meanwhile")
        if invitation_id is not None and invitation_id not in self._invitations:
            raise InvitationGone("the invitation was used or withdrawn meanwhile")
        others = [other for other in self._platforms.values() if other.id != platform.id]
        taken = platform.parties & frozenset[object]().union(*(other.parties for other in others))
        if taken:
            raise PartyTaken(f"another platform holds {', '.join(sorted(map(str, taken)))}")
        if any(other.our_token_hash == platform.our_token_hash for other in others):
            raise AlreadyStored("memory: what must be new is there already")
        if invitation_id is not None:
            del self._invitations[invitation_id]
        self._platforms[platform.id] = replace(
            platform,
            endpoints=MappingProxyType(dict(platform.endpoints)),
            rules=stored.rules if stored else NO_RULES,
        )
        self._revision += 1

    async def remove(self, platform_id: str) -> bool:
        """Remove a platform; False when there was none."""
        return self._counted(self._platforms.pop(platform_id, None) is not None) > 0

    async def change_rules(self, platform_id: str, change: Callable[[OcnRules], OcnRules]) -> None:
        """Put what ``change`` makes of a platform's rules in their place."""
        stored = self._platforms.get(platform_id)
        if stored is None:
            raise PlatformChanged("the platform was removed meanwhile")
        changed = change(stored.rules)
        self._platforms[platform_id] = replace(stored, rules=changed)
        self._counted(changed != stored.rules)

    async def invite(self, invitation: Invitation) -> None:
        """Store an invitation; its id and token must be new."""
        if any(
            other.id == invitation.id or other.token_hash == invitation.token_hash
            for other in self._invitations.values()
        ):
            raise AlreadyStored("memory: what must be new is there already")
        self._invitations[invitation.id] = invitation
        self._revision += 1

    async def invitations(self) -> list[Invitation]:
        """Return the open invitations, expired ones included until they are pruned, ordered by id."""
        return sorted(self._invitations.values(), key=lambda invitation: invitation.id)

    async def withdraw(self, invitation_id: str) -> bool:
        """Remove an invitation; False when there was none."""
        return self._counted(self._invitations.pop(invitation_id, None) is not None) > 0

    async def prune(self, now: datetime) -> int:
        """Remove invitations that have expired, at ``expires_at`` itself included, and say how many."""
        expired = [invitation.id for invitation in self._invitations.values() if invitation.expires_at <= now]
        for invitation_id in expired:
            del self._invitations[invitation_id]
        return self._counted(len(expired))

    async def revision(self) -> int:
        """Return a number that grows with every change."""
        return self._revision

    def _counted(self, changed: int) -> int:
        self._revision += changed > 0
        return changed


def _state(platform: Platform) -> tuple[object, ...]:
    return (
        platform.id,
        platform.our_token_hash,
        platform.requires_signatures,
        platform.signature_demand,
        platform.signs_strictly,
    )


class MemoryLinkStore:
    """``LinkStore`` in memory."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}

    async def add(self, link: Link) -> None:
        """Store a link; its id must be new."""
        if link.id in self._links:
            raise AlreadyStored("memory: what must be new is there already")
        self._links[link.id] = link

    async def get(self, link_id: str) -> Link | None:
        """Return a link, expired or not, or None."""
        return self._links.get(link_id)

    async def prune(self, now: datetime) -> int:
        """Remove what has expired, at ``expires_at`` itself included, and say how many."""
        expired = [link.id for link in self._links.values() if link.expires_at <= now]
        for link_id in expired:
            del self._links[link_id]
        return len(expired)
