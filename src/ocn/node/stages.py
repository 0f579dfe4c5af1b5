"""The frozen values that pass from stage to stage; each can only be made from the one before.

::

    Received -> Authenticated -> Addressed -> Permitted -> Routed -> Delivered -> Answer

Constructors are called in the stage they are named for and nowhere else. They are msgspec structs because
every message makes eight of them, and a frozen dataclass takes five times as long to make.
"""

from collections.abc import Mapping
from enum import Enum, auto

import msgspec

from ocn.node.model import Platform
from ocn.node.ports import OutboundAnswer
from ocn.ocpi.modules import Carries, InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.signing import Envelope
from ocn.signing.strict import Standing, StrictProof


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
    """A well-formed request: addressed to something that exists, within all limits.

    ``sender`` and ``receiver`` are what the routing headers say. Both are None in OCPI 2.1.1, which has no
    such headers; without a ``receiver`` the request is an open routing request.
    """

    door: Door
    method: str
    target: str
    """Path below the door, and query, as sent: what a node's signature covers."""
    address: Address
    headers: Mapping[str, str]
    """The headers this node looks at, lower case, each at most once."""
    body: bytes
    sender: PartyId | None
    receiver: PartyId | None
    request_id: str
    correlation_id: str


class Signatures(msgspec.Struct, frozen=True, gc=False):
    """A party signature that verified: the envelope and who may have signed it."""

    text: str
    envelope: Envelope


class Authenticated(msgspec.Struct, frozen=True, gc=False):
    """Who speaks is known: a platform of ours that carries the sender, or the sender's own node."""

    received: Received
    sender: PartyId
    platform: Platform | None
    node_url: str | None
    signature: Signatures | None
    strict: StrictProof | None = None


class Way(Enum):
    """The four ways of the texts; an open routing request has become one of them when this is asked."""

    DIRECT = auto()
    """To one party."""
    BROADCAST = auto()
    """To every party it concerns, here and behind other nodes."""
    STORED = auto()
    """To the hub itself, which answers from what it has been sent: GET ALL."""


class Addressed(msgspec.Struct, frozen=True, gc=False):
    """Which way it goes, and to whom; the receiver is the hub itself unless the way is direct."""

    authenticated: Authenticated
    way: Way
    receiver: PartyId

    @property
    def received(self) -> Received:
        """The request itself."""
        return self.authenticated.received


class Permitted(msgspec.Struct, frozen=True, gc=False):
    """The receiver's rules, as far as they are kept here, let it pass."""

    addressed: Addressed
    receiver_platform: Platform | None
    """The receiver's platform when it is connected here."""

    @property
    def authenticated(self) -> Authenticated:
        """Who sent it."""
        return self.addressed.authenticated

    @property
    def received(self) -> Received:
        """The request itself."""
        return self.addressed.authenticated.received

    @property
    def sender(self) -> PartyId:
        """The party that sent it."""
        return self.addressed.authenticated.sender

    @property
    def receiver(self) -> PartyId:
        """The party it is for, or the hub."""
        return self.addressed.receiver


class LocalPlatform(msgspec.Struct, frozen=True, gc=False):
    """The receiver is connected here."""

    platform: Platform


class RemoteNode(msgspec.Struct, frozen=True, gc=False):
    """The receiver is behind another node."""

    address: str
    url: str


class Everyone(msgspec.Struct, frozen=True, gc=False):
    """Whom a broadcast concerns: parties connected here, and nodes that pass it to theirs."""

    parties: tuple[tuple[PartyId, LocalPlatform], ...]
    nodes: tuple[RemoteNode, ...]
    audience: frozenset[Role] = frozenset()
    """The roles it is for, wherever they are connected."""


class Stored(msgspec.Struct, frozen=True, gc=False):
    """The hub's own store is asked."""


class Routed(msgspec.Struct, frozen=True, gc=False):
    """Where it goes, under which names, and what of it had to change on the way.

    ``receiver`` is None on the way of a broadcast to another node, which has its own receivers.
    """

    permitted: Permitted
    target: LocalPlatform | RemoteNode | Everyone | Stored
    sender: PartyId
    receiver: PartyId | None
    url: str
    body: bytes
    signature: str | None
    strict: Standing | None = None
    """The strict signature as far as it has come; see :class:`ocn.node.strict.StrictLinks`."""
    conversion: str | None = None
    """What a receiver connected here is told of a request in another version than the sender's."""

    @property
    def received(self) -> Received:
        """The request itself."""
        return self.permitted.addressed.authenticated.received


class Delivered(msgspec.Struct, frozen=True, gc=False):
    """The receiver, or its node, has answered."""

    routed: Routed
    answer: OutboundAnswer


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What goes back to whoever asked."""

    http_status: int
    headers: Mapping[str, str]
    body: bytes
