"""What two platforms exchange to get to know each other: versions, version details, credentials."""

import msgspec

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId


class Version(msgspec.Struct, frozen=True):
    """One entry of a versions endpoint."""

    version: str
    url: str


class Endpoint(msgspec.Struct, frozen=True):
    """One entry of version details; ``role`` is free text here, since peers write all variants of it."""

    identifier: str
    url: str
    role: str = InterfaceRole.SENDER


class VersionDetails(msgspec.Struct, frozen=True):
    """A version's endpoints."""

    version: str
    endpoints: list[Endpoint]


class CredentialsRole(msgspec.Struct, frozen=True):
    """One party of a platform; ``business_details`` stays as it came."""

    role: str
    party_id: str
    country_code: str
    business_details: dict[str, object] = msgspec.field(default_factory=dict)

    @property
    def party(self) -> PartyId:
        """The party named; ValueError when its codes are not codes."""
        return PartyId(self.country_code, self.party_id)


class Credentials(msgspec.Struct, frozen=True):
    """The credentials object of 2.2 and 2.2.1. The token never shows in ``repr``."""

    token: str
    url: str
    roles: list[CredentialsRole]

    def __repr__(self) -> str:
        return f"Credentials(url={self.url!r}, roles={self.roles!r})"
