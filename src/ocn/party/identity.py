"""Who a party is: its roles towards the network, and the key that signs for it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from ocn.errors import ConfigurationError
from ocn.ocpi.objects import BusinessDetails
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import CredentialsRole
from ocn.ocpi.roles import Role
from ocn.signing.keys import PrivateKey


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


def load_or_create_key(path: Path) -> PrivateKey:
    """Read a key from a file of 64 hex digits; make one, readable by its owner only, if there is none.

    Raises:
        ConfigurationError: the file cannot be read or written, or holds something else.
    """
    try:
        if path.exists():
            return PrivateKey.from_hex(path.read_text(encoding="ascii"))
        key = PrivateKey.generate()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.secret.hex() + "\n")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} holds no key and none can be written there") from error
    return key
