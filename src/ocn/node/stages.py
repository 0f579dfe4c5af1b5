"""The frozen values that pass from stage to stage; each can only be made from the one before.

::

    Received -> Authenticated -> Permitted -> Routed -> Delivered -> Answer

Constructors are called in the stage they are named for and nowhere else. They are msgspec structs because
every message makes seven of them, and a frozen dataclass takes five times as long to make.
"""

from collections.abc import Mapping
from enum import Enum, auto

import msgspec

from ocn.node.model import Platform
from ocn.node.ports import OutboundAnswer
from ocn.ocpi.modules import Carries, InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.signing import Envelope


class Door(Enum):
    """Where a message came in."""

    PARTY = auto()
    NODE = auto()


class Address(msgspec.Struct, frozen=True, gc=False):
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


class Received(msgspec.Struct, frozen=True, gc=False):
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


class Signatures(msgspec.Struct, frozen=True, gc=False):
    """A party signature that verified: the envelope and who may have signed it."""

    text: str
    envelope: Envelope


class Authenticated(msgspec.Struct, frozen=True, gc=False):
    """Who speaks is known: a platform of ours that carries the sender, or the sender's own node."""

    received: Received
    platform: Platform | None
    node_url: str | None
    signature: Signatures | None


class Permitted(msgspec.Struct, frozen=True, gc=False):
    """The receiver's rules, as far as they are kept here, let it pass."""

    authenticated: Authenticated
    receiver_platform: Platform | None
    """The receiver's platform when it is connected here."""

    @property
    def received(self) -> Received:
        """The request itself."""
        return self.authenticated.received


class LocalPlatform(msgspec.Struct, frozen=True, gc=False):
    """The receiver is connected here."""

    platform: Platform


class RemoteNode(msgspec.Struct, frozen=True, gc=False):
    """The receiver is behind another node."""

    address: str
    url: str


class Routed(msgspec.Struct, frozen=True, gc=False):
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


class Delivered(msgspec.Struct, frozen=True, gc=False):
    """The receiver, or its node, has answered."""

    routed: Routed
    answer: OutboundAnswer


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What goes back to whoever asked."""

    http_status: int
    headers: Mapping[str, str]
    body: bytes
