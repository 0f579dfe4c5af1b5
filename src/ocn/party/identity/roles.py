"""Who a party is: its roles towards the network."""

from dataclasses import dataclass, field

from ocn.errors import ConfigurationError
from ocn.ocpi.objects import BusinessDetails
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import CredentialsRole
from ocn.ocpi.roles import Role


@dataclass(frozen=True, slots=True)
class PartyRole:
    """One party in one market role, as it introduces itself."""

    party: PartyId
    role: Role
    business_details: BusinessDetails = field(default_factory=lambda: BusinessDetails(name="A party"))

    @classmethod
    def of(cls, party: str, role: Role | str, name: str | None = None) -> "PartyRole":
        """Write ``PartyRole.of("DE ABC", "CPO", "ABC Charging")``.

        Raises:
            ConfigurationError: no party, or no role of OCPI's.
        """
        try:
            named, as_role = PartyId.parse(party), Role(role)
        except ValueError as error:
            raise ConfigurationError(f"{party!r} as {role!r} is not a party in a role: {error}") from error
        return cls(named, as_role, BusinessDetails(name=name or str(named)))

    def introduced(self) -> CredentialsRole:
        """As it stands in the credentials object."""
        return CredentialsRole(
            role=self.role,
            party_id=self.party.party_id,
            country_code=self.party.country_code,
            business_details=dict(self.business_details),
        )
