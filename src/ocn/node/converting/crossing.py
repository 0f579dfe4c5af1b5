"""What crosses from one version to another: a request, what it carries, and what is known around it."""

from functools import lru_cache

import msgspec

from ocn.conversion import LENIENT, Contents, Context, Policy, Strictness, contents_of, contents_of_result
from ocn.conversion.v2_1_1.aliases import alias_of
from ocn.node.converting.queries import converted_address
from ocn.node.links import NODE_DOOR
from ocn.node.model import Platform
from ocn.node.node_headers import COPY, COPY_RECEIVER
from ocn.node.stages import LocalPlatform, Received, RemoteNode, Routed
from ocn.ocpi.errors import UnknownReceiver
from ocn.ocpi.modules import InterfaceRole, ModuleID, operations_at
from ocn.ocpi.party_id import PartyId, known_party
from ocn.ocpi.versions import VERSION_BY_NUMBER, VersionNumber

NAMED = Context(alias=lambda _kind, identifier: alias_of(identifier))
"""What every conversion here knows: how identifiers that are too long are called elsewhere."""

_DRIVERS = frozenset({ModuleID.SESSIONS, ModuleID.CDRS})
"""Modules whose objects are one party's and about another's token."""


def version_at(routed: Routed) -> VersionNumber | None:
    """Return the version that the receiver expects; None when the request has none (a custom module).

    Between nodes a message keeps the version of its sender. Only an address that the other node handed out
    may stand in another: the callback of a command that was sent in it.
    """
    spoken = routed.received.address.version
    if spoken is None:
        return None
    if isinstance(routed.target, LocalPlatform):
        return routed.target.platform.version
    if isinstance(routed.target, RemoteNode) and routed.received.address.link_id is not None:
        below = routed.url.removeprefix(routed.target.url + NODE_DOOR).split("/")
        return next((VERSION_BY_NUMBER[part] for part in below[1:3] if part in VERSION_BY_NUMBER), spoken)
    return spoken


class Crossing(msgspec.Struct, frozen=True, gc=False):
    """One request between two versions. ``spoken`` is the sender's, ``wanted`` the receiver's."""

    routed: Routed
    spoken: VersionNumber
    wanted: VersionNumber
    contents: Contents
    policy: Policy
    exists_there: bool
    """Whether the receiver's version has this request; what was handed out exists in each."""
    peer: Platform | None
    """The platform connected here for which messages are converted: the receiver, else the sender."""

    @property
    def url(self) -> str:
        """Where it goes, named as the receiver's version names it."""
        routed = self.routed
        if not routed.received.address.query and VersionNumber.V2_1_1 not in (self.spoken, self.wanted):
            return routed.url
        return converted_address(routed.url, routed.received.address, self.spoken, self.wanted, NAMED)

    @property
    def receiving(self) -> Strictness:
        """What the platform that gets the request rejects."""
        target = self.routed.target
        return target.platform.strictness if isinstance(target, LocalPlatform) else LENIENT

    @property
    def asking(self) -> Strictness:
        """What the platform that gets the answer rejects; that of a node asks there."""
        platform = self.routed.permitted.authenticated.platform
        return platform.strictness if platform is not None else LENIENT

    def token_owner(self, owner: PartyId | None) -> PartyId | None:
        """Whose token a command, a session or a CDR is about, as the addressing says."""
        permitted = self.routed.permitted
        module = self.routed.received.address.module
        if module in _DRIVERS:
            ends = {permitted.sender, addressee_of(self.routed)} - {owner}
            return ends.pop() if len(ends) == 1 else None
        return permitted.sender if module == ModuleID.COMMANDS else None

    def owner(self) -> PartyId | None:
        """Whose the documents are, as the addressing says."""
        address, permitted = self.routed.received.address, self.routed.permitted
        if address.interface_role is InterfaceRole.SENDER:
            return permitted.receiver
        if address.module == ModuleID.CDRS:  # fetched from the consumer by its owner, or pushed to it
            return permitted.sender
        try:
            country_code, party_id = _segments(address.path)[:2]
            return known_party(country_code, party_id)
        except ValueError:
            return None


def crossing(routed: Routed, spoken: VersionNumber, wanted: VersionNumber, default: Policy) -> Crossing:
    """Look at a request that must be converted.

    Raises:
        UnknownReceiver: only parties of its own version can be sent such a request.
    """
    received = routed.received
    address = received.address
    segments = _segments(address.path)
    contents = _contents(received, segments)
    if contents is None:
        raise UnknownReceiver(
            f"{routed.permitted.receiver} speaks OCPI {wanted}, which has nothing like {address.module}"
            f" {address.path or '/'} of {spoken}"
        )
    peer = _peer(routed)
    policy = peer.conversion if peer is not None and peer.conversion is not None else default
    return Crossing(routed, spoken, wanted, contents, policy, _exists(received, segments, wanted), peer)


def _exists(received: Received, segments: tuple[str, ...], version: VersionNumber) -> bool:
    address, method = received.address, received.method
    module, role = address.module, address.interface_role
    return (
        address.link_id is not None
        or _exists_whatever_it_names(module, role, len(segments), method, version)
        or _operation_exists(module, role, segments, method, version)
    )


@lru_cache(maxsize=1024)
def _exists_whatever_it_names(
    module: str, role: InterfaceRole, depth: int, method: str, version: VersionNumber
) -> bool:
    """Whether every path of so many segments exists; no segment of the table is empty."""
    return _operation_exists(module, role, ("",) * depth, method, version)


def _operation_exists(
    module: str, role: InterfaceRole, segments: tuple[str, ...], method: str, version: VersionNumber
) -> bool:
    return any(method in operation.methods for operation in operations_at(module, role, segments, version))


def _peer(routed: Routed) -> Platform | None:
    if isinstance(routed.target, LocalPlatform):
        return routed.target.platform
    return routed.permitted.authenticated.platform


def addressee_of(routed: Routed) -> PartyId:
    """Return whom a request was meant for: the receiver, but of a copy for a service who got the original.

    Whose token it is about, and what is known of it, is that party's; a service has no drivers.
    """
    headers = routed.received.headers
    if COPY in headers and COPY_RECEIVER in headers:
        try:
            return PartyId.parse(headers[COPY_RECEIVER])
        except ValueError:
            pass  # another node's words: then the service itself is looked at
    return routed.receiver or routed.permitted.receiver


def _contents(received: Received, segments: tuple[str, ...]) -> Contents | None:
    address = received.address
    if address.link_id is None:
        return contents_of(address.module, address.interface_role, received.method, segments)
    if segments[0] == "page":
        return contents_of(address.module, InterfaceRole.SENDER, "GET", ())
    if address.interface_role is InterfaceRole.RECEIVER:
        return contents_of(address.module, InterfaceRole.RECEIVER, "GET", segments)
    return contents_of_result(address.module, "PUT" if segments[0] == "result" else received.method)


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/")) if path else ()
