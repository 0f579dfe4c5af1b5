"""How this node presents itself: its addresses, its endpoints, its own role (HUB-100)."""

from dataclasses import dataclass

from ocn.node.links import PARTY_DOOR, endpoint_path
from ocn.ocpi.modules import OPERATIONS, InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import Credentials, CredentialsRole, Endpoint, Version, VersionDetails
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import PREFERRED_VERSIONS, VersionNumber


@dataclass(frozen=True, slots=True)
class Persona:
    """The hub as its parties see it."""

    url: str
    party: PartyId
    name: str

    @property
    def versions_url(self) -> str:
        """Where discovery begins."""
        return f"{self.url}{PARTY_DOOR}/versions"

    def versions(self) -> list[Version]:
        """Return the versions endpoint's data."""
        return [Version(str(version), f"{self.url}{PARTY_DOOR}/{version}") for version in PREFERRED_VERSIONS]

    def details(self, version: VersionNumber) -> VersionDetails:
        """Return the endpoints of a version: both sides of every functional module and of ``custom``."""
        base = f"{self.url}{PARTY_DOOR}"
        modules = sorted({operation.module for operation in OPERATIONS})
        endpoints = [
            Endpoint(module, base + endpoint_path(module, role, version), role)
            for module in modules
            for role in InterfaceRole
        ]
        endpoints.append(
            Endpoint(ModuleID.CREDENTIALS, f"{base}/{version}/credentials", InterfaceRole.SENDER)
        )
        endpoints += [Endpoint("custom", f"{base}/custom/{role.lower()}", role) for role in InterfaceRole]
        endpoints.append(Endpoint("ocnrules", f"{base}/receiver/{version}/ocnrules", InterfaceRole.RECEIVER))
        return VersionDetails(str(version), endpoints)

    def credentials(self, token: str) -> Credentials:
        """Return the hub's credentials object with the token that the platform is to use."""
        role = CredentialsRole(Role.HUB, self.party.party_id, self.party.country_code, {"name": self.name})
        return Credentials(token, self.versions_url, [role])
