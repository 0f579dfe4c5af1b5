"""Hand out an address of this node in place of somebody else's, and find it again.

An address serves one door: a party is given one below ``/ocpi``, another node one below ``/ocn/relay``.
So each node knows only its own step: no node ever calls an address that a stranger's message names.
"""

from dataclasses import dataclass
from datetime import timedelta

from ocn.node.links import NODE_DOOR, PARTY_DOOR, endpoint_path, is_at, link_path, new_link_id
from ocn.node.model import Link, LinkKind
from ocn.node.ports import Clock, LinkStore
from ocn.node.stages import Address, Permitted
from ocn.ocpi.errors import UnknownObject
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long an address stands for another, by what it is."""

    page: timedelta
    callback: timedelta
    location: timedelta
    longest_reservation: timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """Where below a door an address is to stand."""

    module: str
    interface_role: InterfaceRole
    version: VersionNumber | None
    middle: str = ""


class HandedOut:
    """The addresses of this node that stand for others."""

    def __init__(self, *, url: str, links: LinkStore, clock: Clock, lifetimes: Lifetimes) -> None:
        self._url = url.rstrip("/")
        self._links = links
        self._clock = clock
        self.lifetimes = lifetimes

    async def mint(
        self,
        kind: LinkKind,
        place: Place,
        *,
        holder: PartyId,
        owner: PartyId,
        owner_platform: str | None,
        target: str,
        for_node: bool,
        lifetime: timedelta,
    ) -> str:
        """Store a link and return the address to hand out; durable when this returns."""
        link = Link(
            id=new_link_id(),
            kind=kind,
            module=place.module,
            holder=holder,
            owner=owner,
            target=target,
            expires_at=self._clock.now() + lifetime,
            owner_platform=owner_platform,
        )
        await self._links.add(link)
        door = NODE_DOOR if for_node else PARTY_DOOR
        endpoint = endpoint_path(place.module, place.interface_role, place.version)
        return f"{self._url}{door}{endpoint}{link_path(kind, link.id, place.middle)}"

    async def resolve(self, link_id: str, permitted: Permitted) -> Link:
        """Find what an address stands for, for its holder only.

        Raises:
            UnknownObject: never handed out, expired, or given to somebody else.
        """
        address = permitted.received.address
        link = await self._links.get(link_id)
        if (
            link is None
            or link.expires_at <= self._clock.now()
            or link.kind is not _kind_at(address)
            or link.module != address.module
            or link.holder != permitted.sender
            or link.owner != permitted.receiver
        ):
            raise UnknownObject(
                "this address was not handed out to this party for this receiver, or has expired"
            )
        return link

    def is_own(self, url: str) -> bool:
        """Whether an address is one of this node: calling it would only come back here."""
        return is_at(url, self._url)


def _kind_at(address: Address) -> LinkKind:
    if address.path.startswith("/page/"):
        return LinkKind.PAGE
    if address.interface_role is InterfaceRole.RECEIVER:
        return LinkKind.LOCATION
    return LinkKind.CALLBACK
