"""Registration of platforms: POST, PUT, GET and DELETE of credentials (OCPI 2.2.1 credentials).

Everything is checked before anything is stored, and what is stored is one transaction: a registration
that fails leaves the old one, and the invitation, as they were.
"""

import asyncio
import contextlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import replace

from ocn.node.errors import InvitationGone, PartyTaken, PlatformChanged
from ocn.node.hub_modules.credentials import HubCredentials, Offer
from ocn.node.hub_modules.discovery import Discovery
from ocn.node.hub_modules.possession import Possession, Presented
from ocn.node.members import Members, token_hash
from ocn.node.model import Invitation, Platform, PlatformRole
from ocn.node.ports import Clock, Directory, PlatformStore
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, NotEnoughInformation
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import Credentials, FlatCredentials
from ocn.ocpi.roles import Role
from ocn.ocpi.sides import only_role
from ocn.signing import same_address

CATCH_UP_S = 5.0
"""How long a party's newest entry in the registry is waited for: it lists itself and registers in one go."""


class Registration:
    """The use cases behind the credentials endpoint."""

    def __init__(
        self,
        *,
        url: str,
        credentials: HubCredentials,
        address: str,
        members: Members,
        store: PlatformStore,
        directory: Directory,
        discovery: Discovery,
        possession: Possession,
        clock: Clock,
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._address = address
        self._members = members
        self._store = store
        self._directory = directory
        self._discovery = discovery
        self._possession = possession
        self._clock = clock

    async def register(
        self, invitation: Invitation, offer: Offer, presented: Presented
    ) -> Credentials | FlatCredentials:
        """Register a platform with its TOKEN_A and return our credentials with its TOKEN_C.

        Raises:
            InvalidParameters: a party that was not invited, is not listed under this node, is connected, or
                does not prove that it holds its key.
            NotEnoughInformation: a 2.1.1 party of which nobody said whether it is a CPO.
            UnusableClientApi, UnsupportedVersion, NoMatchingEndpoints: see Discovery.
        """
        self._refuse_strangers(offer.roles, invitation.parties, "this TOKEN_A was not issued for")
        await self._refuse_unlisted(offer.roles)
        proved = self._possession.proved(presented, (role.party for role in offer.roles))
        roles = self._with_role(offer, invitation.roles)
        platform, token = await self._discovered(str(uuid.uuid4()), offer, roles)
        await self._save(replace(platform, proved=proved), invitation_id=invitation.id)
        return self._credentials(offer.version, token, platform.parties)

    async def update(
        self, platform: Platform, offer: Offer, presented: Presented
    ) -> Credentials | FlatCredentials:
        """Renew a registration: new tokens, endpoints read again, the registry checked again."""
        self._refuse_strangers(offer.roles, platform.parties, "a new TOKEN_A is needed to add")
        await self._refuse_unlisted(offer.roles)
        proved = self._possession.proved(presented, (role.party for role in offer.roles), platform.proved)
        known = {party: role for party in platform.parties if (role := platform_role(platform, party))}
        roles = self._with_role(offer, known)
        renewed, token = await self._discovered(platform.id, offer, roles)
        await self._save(
            replace(
                renewed,
                requires_signatures=platform.requires_signatures,
                conversion=platform.conversion,
                strictness=platform.strictness,
                signature_demand=platform.signature_demand,
                signs_strictly=platform.signs_strictly,
                proved=proved,
                registered_at=platform.registered_at,
            ),
            replaces=platform,
        )
        return self._credentials(offer.version, token, platform.parties)

    async def demand_signatures(self, platform: Platform, required: bool) -> None:  # the value set
        """Note whether a platform refuses what its counterparts have not signed."""
        await self._save(replace(platform, requires_signatures=required), replaces=platform)

    async def unregister(self, platform: Platform) -> None:
        """Forget a platform; all its tokens are dead when this returns."""
        removed = await self._store.remove(platform.id)
        await self._members.refresh()
        if not removed:
            raise MethodNotAllowed("this platform is no longer registered")

    def _with_role(self, offer: Offer, said: Mapping[PartyId, Role]) -> tuple[PlatformRole, ...]:
        """Return the roles, that of a 2.1.1 party from the invitation, its platform or the registry."""
        if not offer.flat:
            return offer.roles
        (own,) = offer.roles
        listing = self._directory.party(own.party)
        role = said.get(own.party) or only_role(listing.roles if listing else ())
        if role is None:
            raise NotEnoughInformation(
                f"2.1.1 does not say whether {own.party} is a CPO or an eMSP,"
                " and the registry lists it as both or neither",
                hint="the node's operator can name the role in the invitation",
            )
        return (replace(own, role=role),)

    async def _discovered(
        self, platform_id: str, offer: Offer, roles: tuple[PlatformRole, ...]
    ) -> tuple[Platform, str]:
        discovered = await self._discovery.discover(offer.url, offer.token, offer.version, roles[0].role)
        token, now = secrets.token_urlsafe(32), self._clock.now()
        platform = Platform(
            id=platform_id,
            version=offer.version,
            versions_url=offer.url,
            their_token=offer.token,
            our_token_hash=token_hash(token),
            roles=roles,
            endpoints=discovered.endpoints,
            sends_base64=discovered.sends_base64,
            registered_at=now,
            updated_at=now,
        )
        return platform, token

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
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_S):
                await self._directory.caught_up()
        for role in roles:
            listing = self._directory.party(role.party)
            if listing is None:
                raise InvalidParameters(f"{role.party} is not listed in the registry")
            here = (listing.node_url or "").rstrip("/") == self._url
            if not here or not same_address(listing.operator, self._address):
                raise InvalidParameters(
                    f"the registry lists {role.party} under {listing.node_url} of {listing.operator},"
                    f" not under {self._url} of {self._address}"
                )


def platform_role(platform: Platform, party: PartyId | None = None) -> Role | None:
    """Return the one side of the market that a platform, or one party of it, stands for; None for both."""
    return only_role(role.role for role in platform.roles if party in {None, role.party})
