"""The credentials object of every version, written and read.

2.1.1 has one flat party without a role, 2.2 and later a list of roles; 2.3.0 names the hub beside them. What
is read always becomes roles: a peer of 2.1.1 stands in for everyone behind it, so it is a hub to this party.
"""

from collections.abc import Sequence

import msgspec

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import Credentials, CredentialsRole, FlatCredentials
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber


def write_credentials(
    token: str, url: str, roles: Sequence[CredentialsRole], version: VersionNumber
) -> Credentials | FlatCredentials:
    """Return the object as a version has it; 2.1.1 has room for the first role alone."""
    if version.has_routing:
        return Credentials(token, url, list(roles))
    own = roles[0]
    return FlatCredentials(token, url, own.party_id, own.country_code, own.business_details)


def read_credentials(data: object, version: VersionNumber) -> Credentials:
    """Read a decoded object of a version, the hub among its roles.

    Raises:
        msgspec.ValidationError: it is none.
    """
    if not version.has_routing:
        flat = msgspec.convert(data, FlatCredentials)
        peer = CredentialsRole(Role.HUB, flat.party_id, flat.country_code, flat.business_details)
        return Credentials(flat.token, flat.url, [peer])
    credentials = msgspec.convert(data, Credentials)
    hub = _party(credentials.hub_party_id)
    if hub is None or any(role.role == Role.HUB for role in credentials.roles):
        return credentials
    as_role = CredentialsRole(Role.HUB, hub.party_id, hub.country_code)
    return msgspec.structs.replace(credentials, roles=[*credentials.roles, as_role])


def _party(text: str | None) -> PartyId | None:
    try:
        return PartyId((text or "")[:2], (text or "")[2:])
    except ValueError:
        return None
