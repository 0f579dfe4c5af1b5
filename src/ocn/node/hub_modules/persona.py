"""How this node presents itself: its addresses and, per version, the endpoints that a platform is shown."""

from dataclasses import dataclass

from ocn.node.links import PARTY_DOOR, endpoint_path
from ocn.ocpi.modules import FUNCTIONAL_MODULES, SPELLINGS, InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import Endpoint, Version, VersionDetails
from ocn.ocpi.roles import Role
from ocn.ocpi.sides import sides
from ocn.ocpi.versions import HUB_VERSIONS, VersionNumber


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
        return [Version(str(version), f"{self.url}{PARTY_DOOR}/{version}") for version in HUB_VERSIONS]

    def client_info_url(self, version: VersionNumber) -> str:
        """Where the hub tells who is there."""
        path = endpoint_path(ModuleID.HUB_CLIENT_INFO, InterfaceRole.SENDER, version)
        return f"{self.url}{PARTY_DOOR}{path}"

    def details(self, version: VersionNumber, viewer: Role | None) -> VersionDetails:
        """Return the endpoints of a version.

        From 2.2 on everybody is shown both sides of every functional module and of ``custom``. 2.1.1 has no
        interface roles, so there ``viewer``, the role of the platform that asks, decides: a CPO is shown an
        eMSP, everybody else a CPO.
        """
        if version.has_routing:
            return VersionDetails(str(version), self._both_sides(version))
        return VersionDetails(str(version), self._opposite_of(viewer or Role.EMSP, version))

    def _both_sides(self, version: VersionNumber) -> list[Endpoint]:
        base = f"{self.url}{PARTY_DOOR}"
        endpoints = [
            Endpoint(identifier, base + endpoint_path(module, role, version), role)
            for identifier, module in sorted(SPELLINGS.items())
            if module in FUNCTIONAL_MODULES[version]
            for role in InterfaceRole
        ]
        endpoints.append(
            Endpoint(ModuleID.CREDENTIALS, f"{base}/{version}/credentials", InterfaceRole.SENDER)
        )
        endpoints.append(
            Endpoint(ModuleID.HUB_CLIENT_INFO, self.client_info_url(version), InterfaceRole.SENDER)
        )
        endpoints += [Endpoint("custom", f"{base}/custom/{role.lower()}", role) for role in InterfaceRole]
        endpoints.append(Endpoint("ocnrules", f"{base}/receiver/{version}/ocnrules", InterfaceRole.RECEIVER))
        return endpoints

    def _opposite_of(self, viewer: Role, version: VersionNumber) -> list[Endpoint]:
        base = f"{self.url}{PARTY_DOOR}"
        shown = Role.EMSP if viewer is Role.CPO else Role.CPO
        endpoints = [
            Endpoint(module, base + endpoint_path(module, role, version))
            for module, role in sorted(sides(shown).items())
        ]
        return [Endpoint(ModuleID.CREDENTIALS, f"{base}/{version}/credentials"), *endpoints]
