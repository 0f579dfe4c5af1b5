"""Registration of platforms: POST, PUT, GET and DELETE of credentials (OCPI 2.2.1 credentials).

Everything is checked before anything is stored, and what is stored is one transaction: a registration
that fails leaves the old one, and the invitation, as they were.
"""

import asyncio
import contextlib
import secrets
import uuid
from dataclasses import replace

import msgspec

from ocn.node.errors import InvitationGone, PartyTaken, PlatformChanged
from ocn.node.hub_modules.discovery import Discovered, Discovery
from ocn.node.hub_modules.persona import Persona
from ocn.node.members import Members, token_hash
from ocn.node.model import Invitation, Platform, PlatformRole
from ocn.node.ports import Clock, Directory, PlatformStore
from ocn.ocpi.authorization import is_credentials_token
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, TooLarge
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import Credentials
from ocn.ocpi.roles import Role
from ocn.signing import same_address

MOST_BYTES = 256 * 1024
MOST_ROLES = 100
_CATCH_UP_S = 5.0


class Registration:
    """The use cases behind the credentials endpoint."""

    def __init__(
        self,
        *,
        persona: Persona,
        address: str,
        members: Members,
        store: PlatformStore,
        directory: Directory,
        discovery: Discovery,
        clock: Clock,
    ) -> None:
        self._persona = persona
        self._address = address
        self._members = members
        self._store = store
        self._directory = directory
        self._discovery = discovery
        self._clock = clock

    async def register(self, invitation: Invitation, offered: Credentials) -> Credentials:
        """Register a platform with its TOKEN_A and return our credentials with its TOKEN_C.

        Raises:
            InvalidParameters: a party that was not invited, is not listed under this node, or is connected.
            UnusableClientApi, UnsupportedVersion, NoMatchingEndpoints: see Discovery.
        """
        roles = _read_roles(offered)
        self._refuse_strangers(roles, invitation.parties, "this TOKEN_A was not issued for")
        await self._refuse_unlisted(roles)
        discovered = await self._discovery.discover(offered.url, offered.token)
        token = secrets.token_urlsafe(32)
        platform = self._platform(str(uuid.uuid4()), offered, roles, discovered, token)
        await self._save(platform, invitation_id=invitation.id)
        return self._persona.credentials(token)

    async def update(self, platform: Platform, offered: Credentials) -> Credentials:
        """Renew a registration: new tokens, endpoints read again, the registry checked again."""
        roles = _read_roles(offered)
        self._refuse_strangers(roles, platform.parties, "a new TOKEN_A is needed to add")
        await self._refuse_unlisted(roles)
        discovered = await self._discovery.discover(offered.url, offered.token)
        token = secrets.token_urlsafe(32)
        renewed = self._platform(platform.id, offered, roles, discovered, token)
        await self._save(
            replace(
                renewed,
                requires_signatures=platform.requires_signatures,
                registered_at=platform.registered_at,
            ),
            replaces=platform,
        )
        return self._persona.credentials(token)

    async def demand_signatures(self, platform: Platform, required: bool) -> None:  # the value set
        """Note whether a platform refuses what its counterparts have not signed."""
        await self._save(replace(platform, requires_signatures=required), replaces=platform)

    async def unregister(self, platform: Platform) -> None:
        """Forget a platform; all its tokens are dead when this returns."""
        removed = await self._store.remove(platform.id)
        await self._members.refresh()
        if not removed:
            raise MethodNotAllowed("this platform is no longer registered")

    def _platform(
        self,
        platform_id: str,
        offered: Credentials,
        roles: tuple[PlatformRole, ...],
        discovered: Discovered,
        token: str,
    ) -> Platform:
        now = self._clock.now()
        return Platform(
            id=platform_id,
            version=discovered.version,
            versions_url=offered.url,
            their_token=offered.token,
            our_token_hash=token_hash(token),
            roles=roles,
            endpoints=discovered.endpoints,
            sends_base64=discovered.sends_base64,
            registered_at=now,
            updated_at=now,
        )

    async def _save(
        self, platform: Platform, *, invitation_id: str | None = None, replaces: Platform | None = None
    ) -> None:
        try:
            await self._store.register(platform, invitation_id=invitation_id, replaces=replaces)
        except PartyTaken as error:
            raise InvalidParameters(str(error)) from error
        except InvitationGone as error:
            raise MethodNotAllowed("this TOKEN_A has been used or withdrawn") from error
        except PlatformChanged as error:
            raise MethodNotAllowed("this connection was changed or ended meanwhile") from error
        finally:
            await self._members.refresh()

    def _refuse_strangers(
        self, roles: tuple[PlatformRole, ...], allowed: frozenset[PartyId], why: str
    ) -> None:
        strangers = sorted({str(role.party) for role in roles if role.party not in allowed})
        if strangers:
            raise InvalidParameters(f"{why} {', '.join(strangers)}")

    async def _refuse_unlisted(self, roles: tuple[PlatformRole, ...]) -> None:
        # A party lists itself and registers in one go: the index must have seen its newest entry.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CATCH_UP_S):
                await self._directory.caught_up()
        for role in roles:
            listing = self._directory.party(role.party)
            if listing is None:
                raise InvalidParameters(f"{role.party} is not listed in the registry")
            here = (listing.node_url or "").rstrip("/") == self._persona.url
            if not here or not same_address(listing.operator, self._address):
                raise InvalidParameters(
                    f"the registry lists {role.party} under {listing.node_url} of {listing.operator},"
                    f" not under {self._persona.url} of {self._address}"
                )


def read_credentials(body: bytes) -> Credentials:
    """Read a credentials object.

    Raises:
        InvalidParameters: not one, or its token is none.
        TooLarge: more than any credentials object has.
    """
    if len(body) > MOST_BYTES:
        raise TooLarge(f"a credentials object has at most {MOST_BYTES} bytes")
    try:
        offered = msgspec.json.decode(body, type=Credentials)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameters(f"the body is no credentials object: {error}") from error
    if not is_credentials_token(offered.token):
        raise InvalidParameters("token: 1 to 64 printable ASCII characters without spaces")
    return offered


def _read_roles(offered: Credentials) -> tuple[PlatformRole, ...]:
    if not 1 <= len(offered.roles) <= MOST_ROLES:
        raise InvalidParameters(f"roles: 1 to {MOST_ROLES} are needed")
    roles: list[PlatformRole] = []
    for offer in offered.roles:
        try:
            role = PlatformRole(offer.party, Role(offer.role), msgspec.json.encode(offer.business_details))
        except ValueError as error:
            raise InvalidParameters(f"roles: {str(error)[:100]}") from error
        if any(role.party == other.party and role.role == other.role for other in roles):
            raise InvalidParameters(f"roles: {role.party} is named twice as {role.role}")
        roles.append(role)
    return tuple(roles)
