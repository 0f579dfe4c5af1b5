"""Finding out what a peer offers: its versions, then the endpoints of the version chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.registration import Version, VersionDetails
from ocn.ocpi.roles import Role
from ocn.ocpi.sides import sides
from ocn.ocpi.versions import VersionNumber
from ocn.party.errors import AddressNotAllowed, AnswerUnusable, CredentialsNotOffered, NoCommonVersion
from ocn.party.sending.channel import Call, Channel
from ocn.party.storage.registration import OutgoingToken

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Offer:
    """One version of a peer. Endpoints outside this party's reach are left out."""

    version: VersionNumber
    endpoints: Mapping[tuple[str, InterfaceRole], str]
    credentials_url: str


async def discover(
    channel: Channel,
    versions_url: str,
    token: OutgoingToken,
    preferred: Sequence[VersionNumber],
    *,
    own_role: Role | None = None,
) -> Offer:
    """Read versions and details, and choose the first of ``preferred`` that the peer has.

    In 2.1.1 endpoints have no side: a CPO (``own_role``) is shown what an eMSP has, and everybody else what a
    CPO has. Unknown versions, modules and roles in between are passed over.

    Raises:
        NoCommonVersion, CredentialsNotOffered: the peer cannot be registered with.
        AddressNotAllowed: the chosen version is outside this party's reach.
        RequestFailed, PeerUnreachable, AnswerUnusable: as :meth:`Channel.expect`.
    """
    reply = await channel.expect(Call("GET", versions_url, module="versions"), token)
    versions = convert(reply.data, list[Version], versions_url)
    url_by_version = {entry.version: entry.url for entry in versions}
    version = next((number for number in preferred if number in url_by_version), None)
    if version is None:
        raise NoCommonVersion(
            f"{versions_url} offers {', '.join(sorted(url_by_version)) or 'nothing'}; "
            f"this party speaks {', '.join(preferred)}"
        )
    details_url = url_by_version[version]
    reply = await channel.expect(Call("GET", details_url, module="versions"), token)
    shown = None if version.has_routing else sides(Role.EMSP if own_role is Role.CPO else Role.CPO)
    return _offer(channel, version, convert(reply.data, VersionDetails, details_url), shown)


def convert(data: object, shape: type[T], url: str) -> T:
    """Hold an answer's data against a shape; AnswerUnusable when it does not fit."""
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise AnswerUnusable(f"{url} answered something else than OCPI says: {error}") from error


def _offer(
    channel: Channel,
    version: VersionNumber,
    details: VersionDetails,
    shown: Mapping[ModuleID, InterfaceRole] | None,
) -> Offer:
    endpoints: dict[tuple[str, InterfaceRole], str] = {}
    credentials_url = None
    for endpoint in details.endpoints:
        try:
            url = channel.reach.require(endpoint.url)
        except AddressNotAllowed:
            continue
        if endpoint.identifier == ModuleID.CREDENTIALS:
            credentials_url = url  # its role has no meaning (version_information_endpoint)
            continue
        if shown is None:
            role = (endpoint.role or InterfaceRole.SENDER).upper()
        else:
            role = {str(module): side for module, side in shown.items()}.get(endpoint.identifier, "")
        if role in set(InterfaceRole):
            endpoints.setdefault((endpoint.identifier, InterfaceRole(role)), url)
    if credentials_url is None:
        raise CredentialsNotOffered(
            f"the {version} details name no credentials endpoint that this party may call"
        )
    return Offer(version, endpoints, credentials_url)
