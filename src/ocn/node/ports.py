"""What the stages need from outside, as Protocols. Adapters: ``storage``, ``outbound``, ``ocn.registry``."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ocn.node.model import Invitation, Link, Platform
from ocn.node.ocn_rules import OcnRules
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role


class Clock(Protocol):
    """Where time comes from; aware UTC."""

    def now(self) -> datetime:
        """Return the moment."""
        ...


class PlatformStore(Protocol):
    """Platforms and invitations, durable. Every call is one transaction: all of it happened or nothing."""

    async def platforms(self) -> list[Platform]:
        """Return every registered platform."""
        ...

    async def register(
        self, platform: Platform, *, invitation_id: str | None = None, replaces: Platform | None = None
    ) -> None:
        """Store a platform and use up the invitation it came with; its rules stay as they are stored.

        ``replaces`` is the same platform as the caller knew it when the change began; None for a new one.

        Raises:
            PartyTaken: another platform holds one of its parties.
            PlatformChanged: what it replaces has another token or demand by now, or is gone.
            InvitationGone: the invitation is used up or was withdrawn meanwhile.
        """
        ...

    async def remove(self, platform_id: str) -> bool:
        """Remove a platform with everything that hangs on it; False when there was none."""
        ...

    async def change_rules(self, platform_id: str, change: Callable[[OcnRules], OcnRules]) -> None:
        """Put what ``change`` makes of the stored rules in their place; nobody else changes them meanwhile.

        What ``change`` raises leaves everything as it was. No other platform's rules are touched.

        Raises:
            PlatformChanged: the platform is gone.
        """
        ...

    async def invite(self, invitation: Invitation) -> None:
        """Store an invitation."""
        ...

    async def invitations(self) -> list[Invitation]:
        """Return the open invitations, expired ones included until they are pruned."""
        ...

    async def withdraw(self, invitation_id: str) -> bool:
        """Remove an invitation; False when there was none."""
        ...

    async def prune(self, now: datetime) -> int:
        """Remove invitations that have expired and say how many."""
        ...

    async def revision(self) -> int:
        """Return a number that is another after every change of platforms or invitations, whoever made it."""
        ...


class LinkStore(Protocol):
    """The links that this node handed out. They survive a restart and go when they expire."""

    async def add(self, link: Link) -> None:
        """Store a link; its id must be new."""
        ...

    async def get(self, link_id: str) -> Link | None:
        """Return a link, expired or not, or None."""
        ...

    async def prune(self, now: datetime) -> int:
        """Remove what has expired and say how many."""
        ...


class PartyListing(Protocol):
    """What the registry says of a party (``ocn.registry.listings.PartyListing``)."""

    @property
    def party(self) -> PartyId:
        """Its ids, in upper case."""
        ...

    @property
    def roles(self) -> Sequence[Role]:
        """The roles it says it plays."""
        ...

    @property
    def address(self) -> str:
        """The party's own key, EIP-55."""
        ...

    @property
    def operator(self) -> str:
        """The key of the node that serves it, EIP-55."""
        ...

    @property
    def node_url(self) -> str | None:
        """The public base URL of that node; None when the operator has none listed."""
        ...


class NodeListing(Protocol):
    """What the registry says of a node (``ocn.registry.listings.NodeListing``)."""

    @property
    def operator(self) -> str:
        """The operator's key, EIP-55."""
        ...

    @property
    def url(self) -> str:
        """Its public base URL, as it was registered."""
        ...


class Directory(Protocol):
    """Who is where, from the local index of the registry."""

    def node(self, operator: str) -> NodeListing | None:
        """Return the node of this operator (EIP-55 case), or None; from memory."""
        ...

    def nodes(self) -> Sequence[NodeListing]:
        """Return every listed node, this one included, in no particular order; from memory."""
        ...

    def party(self, party: PartyId) -> PartyListing | None:
        """Return the listing of a party, or None; from memory, never by a call to the chain."""
        ...

    def parties(self) -> Sequence[PartyListing]:
        """Return every listed party, from memory."""
        ...

    async def caught_up(self) -> None:
        """Wait until the chain's newest block has been read. For registration, not for messages."""
        ...


class ObjectOwners(Protocol):
    """Whose an object is, as far as this node has been told."""

    async def owners_of(self, module: str, object_id: str, asking: PartyId, /) -> Collection[PartyId]:
        """Return the parties that own an object of this id which the asking party may know of."""
        ...

    async def issuers_of(self, contract_id: str, asking: PartyId, /) -> Collection[PartyId]:
        """Return the parties whose tokens belong to a contract."""
        ...


class Sealing(Protocol):
    """Encrypts what the node must be able to send again, such as TOKEN_B."""

    def seal(self, text: str) -> bytes:
        """Encrypt, authenticated."""
        ...

    def unseal(self, sealed: bytes) -> str:
        """Decrypt; ConfigurationError when it was sealed under another key."""
        ...


class UrlCheck(Protocol):
    """Whether an address that a party names may be called at all, as far as its text tells."""

    def check(self, url: str) -> None:
        """Accept, or raise InvalidParameters saying what is wrong with it."""
        ...


class Outbound(Protocol):
    """The only way out: one guarded HTTP request (``ocn.node.outbound``)."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> "OutboundAnswer":
        """Send and wait for the whole answer.

        Raises:
            ReceiverUnreachable: no connection, or an address this node must not call.
            ReceiverTimeout: no answer in time.
            HubFault: an answer that is no HTTP or too large.
        """
        ...


class OutboundAnswer(Protocol):
    """A whole HTTP answer; header names are lower case."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """All headers, in order."""
        ...

    @property
    def body(self) -> bytes:
        """The body as it came."""
        ...

    def header(self, name: str) -> str | None:
        """Return a header's value, several of one name joined by a comma, or None."""
        ...
