"""Which of the four ways a request goes. The texts have no flag for it: method, interface and TO tell.

::

    TO                  request                                   way
    another party       any                                       direct
    the hub             GET on a Sender interface                 stored (GET ALL)
    the hub             push of locations, tariffs or tokens      broadcast
    the hub             anything else                             2001
    absent              a clue leads to one party                 direct (open routing)
    absent              push of locations, tariffs or tokens      broadcast
    absent              a list                                    2001; from OCPI 2.1.1 stored
    absent              an address handed out by this node        direct, to whom it stands for
    absent              anything else                             4001

2.1.1 has no headers: to such a platform the hub is one peer that stands in for everyone. And a callback is
often sent without them in later versions too (OCPI 2.2.1, mod_commands, names none).
"""

from ocn.node.node_headers import WAY, WAY_BROADCAST
from ocn.node.ports import LinkStore
from ocn.node.routing.audiences import BROADCAST_MODULES
from ocn.node.routing.open_routing import OpenRouting
from ocn.node.routing.pushes import check_push
from ocn.node.stages import Addressed, Authenticated, Door, Received, Way
from ocn.ocpi.errors import InvalidParameters, UnknownObject, UnknownReceiver
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId

_PUSHES = frozenset({"PUT", "PATCH", "POST", "DELETE"})
_FROM_NODE, _DIRECT = Door.NODE, Way.DIRECT
_LISTED = frozenset({"locations", "sessions", "cdrs", "tariffs", "tokens"})


class Addressing:
    """Makes ``Addressed`` of ``Authenticated``."""

    def __init__(self, *, hub: PartyId, open_routing: OpenRouting, links: LinkStore) -> None:
        self._hub = hub
        self._links = links
        self._open_routing = open_routing

    async def address(self, authenticated: Authenticated) -> Addressed:
        """Choose the way.

        Raises:
            InvalidParameters: a combination that no way fits, or a push that cannot be for everyone.
            UnknownReceiver: no receiver named, and none found.
        """
        received = authenticated.received
        receiver = received.receiver
        if received.door is _FROM_NODE:
            return self._from_node(authenticated)
        if receiver is None:
            return await self._open(authenticated)
        if receiver.key != self._hub.key:
            return Addressed(authenticated, _DIRECT, receiver)
        if _asks_the_hub(received):
            return Addressed(authenticated, Way.STORED, self._hub)
        return self._broadcast(authenticated)

    def _from_node(self, authenticated: Authenticated) -> Addressed:
        received = authenticated.received
        if received.headers.get(WAY) == WAY_BROADCAST:
            return self._broadcast(authenticated)
        if received.receiver is None or received.receiver == self._hub:
            raise InvalidParameters("between nodes a request names its receiver or is a broadcast")
        return Addressed(authenticated, Way.DIRECT, received.receiver)

    async def _open(self, authenticated: Authenticated) -> Addressed:
        received = authenticated.received
        if received.address.link_id is not None:
            return await self._linked(authenticated, received.address.link_id)
        party = await self._open_routing.receiver(authenticated)
        if party == self._hub:
            party = None
        if party is not None:
            return Addressed(authenticated, Way.DIRECT, party)
        if _is_broadcast(received):
            return self._broadcast(authenticated)
        if _asks_the_hub(received) and not received.address.path:
            platform = authenticated.platform
            if platform is not None and not platform.version.has_routing:
                return Addressed(authenticated, Way.STORED, self._hub)
            raise InvalidParameters(
                f"a list of every party's objects is asked of the hub: OCPI-to {self._hub}"
            )
        raise UnknownReceiver("nothing in this request tells whom it is for: name the receiver in OCPI-to")

    async def _linked(self, authenticated: Authenticated, link_id: str) -> Addressed:
        """Address what uses an address that this node handed out to the party that it stands for."""
        link = await self._links.get(link_id)
        if link is None or link.holder != authenticated.sender:
            raise UnknownObject("this address was not handed out to this party")
        return Addressed(authenticated, Way.DIRECT, link.owner)

    def _broadcast(self, authenticated: Authenticated) -> Addressed:
        if not _is_broadcast(authenticated.received):
            raise InvalidParameters(
                f"this request cannot be for {self._hub}, the hub: address it to the party concerned"
            )
        check_push(authenticated.received, authenticated.sender)
        return Addressed(authenticated, Way.BROADCAST, self._hub)


def _asks_the_hub(received: Received) -> bool:
    address = received.address
    return (
        received.method == "GET"
        and address.interface_role is InterfaceRole.SENDER
        and address.module in _LISTED
        and address.link_id is None
    )


def _is_broadcast(received: Received) -> bool:
    return (
        received.method in _PUSHES
        and received.address.interface_role is InterfaceRole.RECEIVER
        and received.address.module in BROADCAST_MODULES
    )
