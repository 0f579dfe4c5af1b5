"""A delivery that remembers who shares a session or a reservation, once its receiver has taken it.

Not before: what the receiver's rules turn away, or the receiver itself, would let a stranger who pushes a
session id of somebody else make that id ambiguous, and so keep its owner from being found.
"""

from collections.abc import Coroutine
from typing import Any, Protocol

from ocn.node.delivery import Delivery
from ocn.node.forwarding.acceptance import is_accepted
from ocn.node.stages import Authenticated, Delivered, Routed, Way
from ocn.ocpi.party_id import PartyId

_DIRECT = Way.DIRECT


class Sightings(Protocol):
    """What passing messages tell."""

    def tells(self, authenticated: Authenticated, receiver: PartyId) -> bool:
        """Whether there is anything to remember, if it is accepted: mostly not, or it is known."""
        ...

    def note(self, authenticated: Authenticated, receiver: PartyId) -> None:
        """Remember who shares the object of a request."""
        ...


class Sighted:
    """Notes direct requests that were accepted."""

    def __init__(self, *, one: Delivery, sightings: Sightings) -> None:
        self._one = one
        self._sightings = sightings

    def deliver(self, routed: Routed) -> Coroutine[Any, Any, Delivered]:
        """Deliver; raises what the delivery raises, with nothing noted."""
        addressed = routed.permitted.addressed
        if addressed.way is _DIRECT and self._sightings.tells(addressed.authenticated, addressed.receiver):
            return self._noting(routed)
        return self._one.deliver(routed)

    async def _noting(self, routed: Routed) -> Delivered:
        delivered = await self._one.deliver(routed)
        if is_accepted(delivered.answer):
            self._sightings.note(routed.permitted.authenticated, routed.permitted.receiver)
        return delivered
