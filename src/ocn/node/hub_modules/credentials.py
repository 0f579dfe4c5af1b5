"""Credentials objects per version: read what a platform offers, write what the hub says of itself.

2.1.1 has one flat party without a role, 2.2 and 2.2.1 a list of roles in which a hub names itself alone as
``HUB`` (HUB-100), 2.3.0 a ``hub_party_id`` beside the roles of everybody reachable (HUB-101 to HUB-103).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from ocn.node.hub_modules.persona import Persona
from ocn.node.model import PlatformRole
from ocn.ocpi.authorization import is_credentials_token
from ocn.ocpi.errors import InvalidParameters, TooLarge
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import Credentials, CredentialsRole, FlatCredentials
from ocn.ocpi.roles import Role
from ocn.ocpi.unreadable import UNREADABLE
from ocn.ocpi.versions import VersionNumber

MOST_BYTES = 256 * 1024
MOST_ROLES = 100

Reachable = Callable[[frozenset[PartyId]], list[PlatformRole]]
"""Returns the roles of every party reachable through this hub, save those of the parties given."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a platform says of itself, whatever the version. ``roles`` lack what 2.1.1 does not say."""

    version: VersionNumber
    token: str = field(repr=False)
    url: str
    roles: tuple[PlatformRole, ...]
    flat: bool = False
    """Whether the role is a guess: a flat object has none, and the registry or the invitation tells it."""


class HubCredentials:
    """Writes the hub's credentials object."""

    def __init__(self, persona: Persona, reachable: Reachable) -> None:
        self._persona = persona
        self._reachable = reachable

    def __call__(
        self, version: VersionNumber, token: str, viewer: frozenset[PartyId]
    ) -> Credentials | FlatCredentials:
        """Return the object with the token that the viewer is to use, current as of now (HUB-104)."""
        persona, party = self._persona, self._persona.party
        details: dict[str, object] = {"name": persona.name}
        if version is VersionNumber.V2_1_1:
            return FlatCredentials(token, persona.versions_url, party.party_id, party.country_code, details)
        if version is not VersionNumber.V2_3_0:
            own = CredentialsRole(Role.HUB, party.party_id, party.country_code, details)
            return Credentials(token, persona.versions_url, [own])
        roles = [_shown(role) for role in self._reachable(viewer)]
        nobody = [CredentialsRole(Role.OTHER, party.party_id, party.country_code, details)]
        hub_party_id = party.country_code + party.party_id
        return Credentials(token, persona.versions_url, roles or nobody, hub_party_id)


def _shown(role: PlatformRole) -> CredentialsRole:
    """Write a role for 2.3.0, which has no HUB and demands a name of everybody."""
    details = msgspec.json.decode(role.business_details, type=dict[str, object])
    return CredentialsRole(
        Role.OTHER if role.role is Role.HUB else role.role,
        role.party.party_id,
        role.party.country_code,
        details if details.get("name") else {**details, "name": str(role.party)},
    )


def read_credentials(body: bytes, version: VersionNumber) -> Offer:
    """Read a credentials object of a version.

    Raises:
        InvalidParameters: not one, or its token is none.
        TooLarge: more than any credentials object has.
    """
    if len(body) > MOST_BYTES:
        raise TooLarge(f"a credentials object has at most {MOST_BYTES} bytes")
    flat = version is VersionNumber.V2_1_1
    kind: type[Credentials | FlatCredentials] = FlatCredentials if flat else Credentials
    try:
        offered = msgspec.json.decode(body, type=kind)
    except UNREADABLE as error:
        raise InvalidParameters(f"the body is no credentials object of {version}: {error}") from error
    if not is_credentials_token(offered.token):
        raise InvalidParameters("token: 1 to 64 printable ASCII characters without spaces")
    return Offer(version, offered.token, offered.url, _read_roles(_listed(offered)), flat)


def _listed(offered: Credentials | FlatCredentials) -> list[CredentialsRole]:
    if isinstance(offered, Credentials):
        return offered.roles
    codes = offered.party_id, offered.country_code
    return [CredentialsRole(Role.OTHER, *codes, offered.business_details)]


def _read_roles(offered: list[CredentialsRole]) -> tuple[PlatformRole, ...]:
    if not 1 <= len(offered) <= MOST_ROLES:
        raise InvalidParameters(f"roles: 1 to {MOST_ROLES} are needed")
    roles: list[PlatformRole] = []
    for offer in offered:
        try:
            role = PlatformRole(offer.party, _role(offer.role), msgspec.json.encode(offer.business_details))
        except ValueError as error:
            raise InvalidParameters(f"roles: {str(error)[:100]}") from error
        if any(role.party == other.party and role.role == other.role for other in roles):
            raise InvalidParameters(f"roles: {role.party} is named twice as {role.role}")
        roles.append(role)
    return tuple(roles)


def _role(text: str) -> Role:
    """Read a role; PTP, which the payments branch speaks of, is in no version's enumeration."""
    return Role.OTHER if text == "PTP" else Role(text)
