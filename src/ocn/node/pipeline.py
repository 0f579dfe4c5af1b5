"""The way of a message through the node: read this file first.

::

    bytes -> edge -> Received -> authentication -> Authenticated -> addressing -> Addressed
          -> rules -> Permitted -> routing -> Routed -> forwarding -> Delivered
          -> responding -> Answer -> edge -> bytes

A message from a party and one from another node take the same way; only the authentication that accepts
them differs. A stage that cannot go on raises an OcpiError, which the edge renders.
"""

from typing import Protocol

from ocn.node.stages import Addressed, Answer, Authenticated, Delivered, Permitted, Received, Routed


class Authentication(Protocol):
    """Asks who is calling."""

    def authenticate(self, received: Received) -> Authenticated:
        """Accept what a known platform or the sender's node sent, signatures verified."""
        ...


class Addressing(Protocol):
    """Asks for whom it is."""

    async def address(self, authenticated: Authenticated) -> Addressed:
        """Choose between one party, every party concerned, and the hub's own store."""
        ...


class Rules(Protocol):
    """Asks whether they may."""

    def permit(self, addressed: Addressed) -> Permitted:
        """Accept what the receiver and this node allow."""
        ...


class Routing(Protocol):
    """Finds where the receiver lives and rewrites what must be."""

    async def route(self, permitted: Permitted) -> Routed:
        """Find the target and put addresses of this node in place of the sender's."""
        ...


class Forwarding(Protocol):
    """Send it."""

    async def deliver(self, routed: Routed) -> Delivered:
        """Send and wait for the answer, within the deadline."""
        ...


class Responding(Protocol):
    """Restore the caller's view."""

    async def respond(self, delivered: Delivered) -> Answer:
        """Verify the answer and put addresses of this node in place of the receiver's."""
        ...


class Pipeline:
    """The six stages, in order, and nothing else."""

    def __init__(
        self,
        authentication: Authentication,
        addressing: Addressing,
        rules: Rules,
        routing: Routing,
        forwarding: Forwarding,
        responding: Responding,
    ) -> None:
        self._authentication = authentication
        self._addressing = addressing
        self._rules = rules
        self._routing = routing
        self._forwarding = forwarding
        self._responding = responding

    async def relay(self, received: Received) -> Answer:
        """Take one message to its receiver and bring the answer back.

        Raises:
            OcpiError: it could not be accepted or delivered; nothing has been changed half-way.
        """
        authenticated = self._authentication.authenticate(received)
        addressed = await self._addressing.address(authenticated)
        permitted = self._rules.permit(addressed)
        routed = await self._routing.route(permitted)
        delivered = await self._forwarding.deliver(routed)
        return await self._responding.respond(delivered)
