"""A delivery that remembers who shares a session or a reservation, once its receiver has taken it.

Not before: what the receiver's rules turn away, or the receiver itself, would let a stranger who pushes a
session id of somebody else make that id ambiguous, and so keep its owner from being found.
"""

from typing import Protocol

from ocn.node.forwarding.acceptance import is_accepted
from ocn.node.forwarding.delivery import Delivery
from ocn.node.stages import Authenticated, Delivered, Routed, Way
from ocn.ocpi.party_id import PartyId


class Sightings(Protocol):
    """What passing messages tell."""

    def note(self, authenticated: Authenticated, receiver: PartyId) -> None:
        """Remember who shares the object of a request."""
        ...


class Sighted:
    """Notes direct requests that were accepted."""

    def __init__(self, *, one: Delivery, sightings: Sightings) -> None:
        self._one = one
        self._sightings = sightings

    async def deliver(self, routed: Routed) -> Delivered:
        """Deliver; raises what the delivery raises, with nothing noted."""
        delivered = await self._one.deliver(routed)
        if routed.permitted.addressed.way is Way.DIRECT and is_accepted(delivered.answer):
            self._sightings.note(routed.permitted.authenticated, routed.permitted.receiver)
        return delivered
