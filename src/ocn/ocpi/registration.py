"""What two platforms exchange to get to know each other: versions, version details, credentials."""

import msgspec

from ocn.ocpi.party_id import PartyId


class Version(msgspec.Struct, frozen=True):
    """One entry of a versions endpoint."""

    version: str
    url: str


class Endpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of version details; ``role`` is free text here, since peers write all variants of it.

    2.1.1 has no ``role``: there a module's side follows from who its platform is.
    """

    identifier: str
    url: str
    role: str = ""


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


class Credentials(msgspec.Struct, frozen=True, omit_defaults=True):
    """The credentials object of 2.2, 2.2.1 and, with ``hub_party_id``, of 2.3.0.

    The token never shows in ``repr``.
    """

    token: str
    url: str
    roles: list[CredentialsRole]
    hub_party_id: str | None = None

    def __repr__(self) -> str:
        return f"Credentials(url={self.url!r}, roles={self.roles!r})"


class FlatCredentials(msgspec.Struct, frozen=True):
    """The credentials object of 2.1.1: one party, whose role it does not say. ``repr`` as above."""

    token: str
    url: str
    party_id: str
    country_code: str
    business_details: dict[str, object] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        return f"FlatCredentials(url={self.url!r}, party={self.country_code} {self.party_id})"
