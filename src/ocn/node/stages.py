"""The frozen values that pass from stage to stage; each can only be made from the one before.

::

    Received -> Authenticated -> Permitted -> Routed -> Delivered -> Answer

Constructors are called in the stage they are named for and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from ocn.node.model import Platform
from ocn.node.ports import OutboundAnswer
from ocn.ocpi.modules import Carries, InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.signing import Envelope, NodeProof


class Door(Enum):
    """Where a message came in."""

    PARTY = auto()
    NODE = auto()


@dataclass(frozen=True, slots=True)
class Address:
    """What a request's path says. ``path`` and ``query`` stay as they were written, escapes included."""

    module: str
    interface_role: InterfaceRole
    version: VersionNumber | None
    """None for custom modules, whose paths name no version."""
    path: str
    """What follows the module's endpoint: empty, or beginning with a slash."""
    query: str
    carries: Carries
    link_id: str | None
    """Set when the path is one that this node handed out instead of somebody else's."""


@dataclass(frozen=True, slots=True)
class Received:
    """A well-formed request: addressed to something that exists, by and to a party, within all limits."""

    door: Door
    method: str
    target: str
    """Path below the door, and query, as sent: what a node's signature covers."""
    address: Address
    headers: Mapping[str, str]
    """The headers this node looks at, lower case, each at most once."""
    body: bytes
    sender: PartyId
    receiver: PartyId
    request_id: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """A party signature that verified: the envelope and who may have signed it."""

    text: str
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who speaks is known: a platform of ours that carries the sender, or the sender's own node."""

    received: Received
    platform: Platform | None
    node: NodeProof | None
    node_url: str | None
    signature: Signatures | None


@dataclass(frozen=True, slots=True)
class Permitted:
    """The receiver's rules, as far as they are kept here, let it pass."""

    authenticated: Authenticated
    receiver_platform: Platform | None
    """The receiver's platform when it is connected here."""

    @property
    def received(self) -> Received:
        """The request itself."""
        return self.authenticated.received


@dataclass(frozen=True, slots=True)
class LocalPlatform:
    """The receiver is connected here."""

    platform: Platform


@dataclass(frozen=True, slots=True)
class RemoteNode:
    """The receiver is behind another node."""

    address: str
    url: str


@dataclass(frozen=True, slots=True)
class Routed:
    """Where it goes, and what of it had to change on the way."""

    permitted: Permitted
    target: LocalPlatform | RemoteNode
    url: str
    body: bytes
    signature: str | None

    @property
    def received(self) -> Received:
        """The request itself."""
        return self.permitted.received


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver, or its node, has answered."""

    routed: Routed
    answer: OutboundAnswer


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to whoever asked."""

    http_status: int
    headers: Mapping[str, str]
    body: bytes
