"""Addresses in an answer become addresses of this node: the next page, and where a CDR can be read."""

from dataclasses import dataclass
from urllib.parse import urljoin

from ocn.node.handed_out import HandedOut, Place
from ocn.node.links import below_node_door
from ocn.node.model import LinkKind
from ocn.node.ports import UrlCheck
from ocn.node.stages import Door, LocalPlatform, RemoteNode, Routed
from ocn.ocpi import headers as names
from ocn.ocpi.errors import HubFault, InvalidParameters
from ocn.ocpi.links import format_next_link, next_link
from ocn.ocpi.modules import Carries


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A header of the answer that now names an address of this node."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Exchanging:
    """Hands out an address of this node for each that a receiver tells."""

    handed_out: HandedOut
    url_check: UrlCheck

    async def exchange(self, routed: Routed, headers: dict[str, str], status: int) -> Exchanged | None:
        """Return what the header that this message's answer carries an address in becomes; None without one.

        Raises:
            HubFault: the address is none that this node may call.
        """
        address = routed.received.address
        if not 200 <= status < 300:
            return None
        if address.carries is Carries.NEXT_PAGE and names.LINK in headers:
            target = next_link(headers[names.LINK])
            if target is None:
                return None
            url = await self._mint(routed, LinkKind.PAGE, target)
            return Exchanged(names.LINK, headers[names.LINK], format_next_link(url))
        if address.carries is Carries.LOCATION and names.LOCATION in headers:
            url = await self._mint(routed, LinkKind.LOCATION, headers[names.LOCATION])
            return Exchanged(names.LOCATION, headers[names.LOCATION], url)
        return None

    async def _mint(self, routed: Routed, kind: LinkKind, target: str) -> str:
        received = routed.received
        lifetimes = self.handed_out.lifetimes
        return await self.handed_out.mint(
            kind,
            Place(received.address.module, received.address.interface_role, received.address.version),
            holder=routed.permitted.sender,
            owner=routed.permitted.receiver,
            owner_platform=routed.target.platform.id if isinstance(routed.target, LocalPlatform) else None,
            target=self._target(routed, target),
            for_node=received.door is Door.NODE,
            lifetime=lifetimes.page if kind is LinkKind.PAGE else lifetimes.location,
        )

    def _target(self, routed: Routed, address: str) -> str:
        """Return what is kept of an address in the answer: whole, or its path behind another node's door."""
        try:
            url = urljoin(routed.url, address)
            self.url_check.check(url)
            if self.handed_out.is_own(url):
                raise InvalidParameters("it is an address of this node")
        except (InvalidParameters, ValueError) as error:
            raise HubFault(
                f"the receiver answered with an address that cannot be relayed: {error}"
            ) from error
        if not isinstance(routed.target, RemoteNode):
            return url
        below = below_node_door(url, routed.target.url)
        if below is None:
            raise HubFault("the receiver's node answered with an address that is not its own")
        return below
