"""Who is connected here: the platforms in memory, found by token or by party without touching a database.

The database is the truth. After a change made here, and whenever its revision shows that another process
made one, the whole picture is read again and swapped in at once, so a request sees one state or the next.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from ocn.errors import OcnError
from ocn.node.model import Invitation, Platform
from ocn.node.ports import PlatformStore
from ocn.ocpi.authorization import token_candidates
from ocn.ocpi.party_id import PartyId

_HEADERS_REMEMBERED = 20_000


def token_hash(token: str) -> bytes:
    """Return what is kept of a token that is only compared.

    Tokens are 256 random bits, so a plain SHA-256 cannot be searched; looking the hash up in a table
    gives away nothing about the token by its timing.
    """
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class _Picture:
    by_token: dict[bytes, Platform] = field(default_factory=dict)
    by_party: dict[PartyId, Platform] = field(default_factory=dict)
    invited: dict[bytes, Invitation] = field(default_factory=dict)
    by_id: dict[str, Platform] = field(default_factory=dict)
    by_header: dict[str, Platform] = field(default_factory=dict)
    revision: int = -1


class Members:
    """The platforms and open invitations of this node."""

    def __init__(self, store: PlatformStore) -> None:
        self._store = store
        self._picture = _Picture()
        self._reading = asyncio.Lock()
        self.problem: str | None = None
        """Why the last look at the database failed; None when it did not."""

    async def refresh(self) -> None:
        """Read everything again; to be called after each change made through the store."""
        async with self._reading:  # or an older reading could end after a newer one
            await self._read()

    async def _read(self) -> None:
        revision = await self._store.revision()
        platforms = await self._store.platforms()
        invitations = await self._store.invitations()
        self._picture = _Picture(
            by_token={platform.our_token_hash: platform for platform in platforms},
            by_party={party: platform for platform in platforms for party in platform.parties},
            invited={invitation.token_hash: invitation for invitation in invitations},
            by_id={platform.id: platform for platform in platforms},
            revision=revision,
        )

    async def refresh_if_changed(self) -> bool:
        """Read again when another process changed something; say whether it did."""
        try:
            if await self._store.revision() == self._picture.revision:
                self.problem = None
                return False
            await self.refresh()
        except OcnError as error:
            self.problem = error.message
            raise
        self.problem = None
        return True

    def by_authorization(self, header: str) -> Platform | None:
        """Find the platform by its whole ``Authorization`` header, remembered until anything changes."""
        picture = self._picture
        platform = picture.by_header.get(header)
        if platform is None:
            platform = self.by_token(token_candidates(header))
            if platform is not None and len(picture.by_header) < _HEADERS_REMEMBERED:
                picture.by_header[header] = platform
        return platform

    def by_token(self, candidates: Iterable[str]) -> Platform | None:
        """Find the platform that was given one of the tokens."""
        for token in candidates:
            if platform := self._picture.by_token.get(token_hash(token)):
                return platform
        return None

    def invitation(self, candidates: Iterable[str]) -> Invitation | None:
        """Find the open invitation that one of the tokens belongs to; it may have expired."""
        for token in candidates:
            if invitation := self._picture.invited.get(token_hash(token)):
                return invitation
        return None

    def by_party(self, party: PartyId) -> Platform | None:
        """Find the platform that carries a party."""
        return self._picture.by_party.get(party)

    def by_id(self, platform_id: str) -> Platform | None:
        """Find a platform by its id."""
        return self._picture.by_id.get(platform_id)

    @property
    def revision(self) -> int:
        """Which state of the database this is; another number after every change."""
        return self._picture.revision

    def platforms(self) -> list[Platform]:
        """Return all platforms."""
        return list(self._picture.by_token.values())

    def invitations(self) -> list[Invitation]:
        """Return all open invitations."""
        return list(self._picture.invited.values())
