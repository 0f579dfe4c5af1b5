"""This party's side of the credentials module: who it says it is, and which tokens open its door.

Three kinds of token come in. An invitation (a TOKEN_A that this party gave out, for peers connected without
a node) opens versions and credentials; a pending token is one the peer was told in a handshake that is not
finished; the current token is the registration's.
"""

from dataclasses import dataclass

from ocn.ocpi.registration import Credentials, FlatCredentials
from ocn.ocpi.versions import VersionNumber
from ocn.party.identity.introductions import write_credentials
from ocn.party.identity.roles import PartyRole
from ocn.party.storage.port import PartyStorage
from ocn.party.storage.registration import Registration, is_presented, new_token, token_hash


@dataclass(frozen=True, slots=True)
class Introduction:
    """What this party writes into a credentials object besides the token."""

    versions_url: str
    roles: tuple[PartyRole, ...]

    def credentials(self, token: str, version: VersionNumber) -> Credentials | FlatCredentials:
        """The object of a version, with the token that the peer is to use."""
        introduced = [role.introduced() for role in self.roles]
        return write_credentials(token, self.versions_url, introduced, version)


class Door:
    """The tokens that open this party's server, and the registration they belong to."""

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage
        self._pending: dict[bytes, None] = {}
        self._invitations: dict[bytes, None] = {}
        self.registration: Registration | None = None

    async def load(self) -> Registration | None:
        """Read the registration of an earlier run, if there is one."""
        self.registration = await self._storage.load_registration()
        return self.registration

    def expect(self) -> str:
        """Mint a token that a peer may use from now on, whether or not the handshake ends well."""
        token = new_token()
        self._pending[token_hash(token)] = None
        return token

    def withdraw(self, token: str) -> None:
        """Stop expecting a token."""
        self._pending.pop(token_hash(token), None)

    def invite(self) -> str:
        """Mint a TOKEN_A with which one peer may register here."""
        token = new_token()
        self._invitations[token_hash(token)] = None
        return token

    async def settle(self, registration: Registration) -> None:
        """A handshake is finished: keep it, and let in the peer under the new token alone."""
        await self._storage.save_registration(registration)
        self.registration = registration
        self._pending.clear()
        self._invitations.clear()

    async def leave(self) -> None:
        """The registration is over: forget it and its tokens."""
        await self._storage.forget_registration()
        self.registration = None
        self._pending.clear()

    def admitted(self, header: str | None) -> str | None:
        """Return the token presented, if it opens everything."""
        return is_presented(header, self._current())

    def admitted_to_register(self, header: str | None) -> str | None:
        """Return the token presented, if it opens at least versions and credentials."""
        return is_presented(header, (*self._current(), *self._invitations))

    def is_invitation(self, token: str) -> bool:
        """Whether a token that was presented is an invitation."""
        return token_hash(token) in self._invitations

    def _current(self) -> tuple[bytes, ...]:
        current = (self.registration.our_token_hash,) if self.registration else ()
        return (*current, *self._pending)
