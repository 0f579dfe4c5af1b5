"""What passing messages tell about whose an object is: remembered for a while, in memory, within bounds.

A session is named by an id alone in later requests (STOP_SESSION, charging profiles). Who has it was seen
when it passed. What is forgotten is answered as unknown: the caller then names the receiver.
"""

from collections import OrderedDict
from urllib.parse import unquote

import msgspec

from ocn.node.stages import Authenticated
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId

_MOST = 200_000


class Sightings:
    """With whom a party shares an object of an id."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._seen: OrderedDict[tuple[str, str, PartyId], PartyId | None] = OrderedDict()

    def note(self, authenticated: Authenticated, receiver: PartyId) -> None:
        """Remember what a direct request tells: who shares a session, or a reservation."""
        received = authenticated.received
        address = received.address
        if address.interface_role is not InterfaceRole.RECEIVER:
            return
        if address.module == ModuleID.SESSIONS and received.method in ("PUT", "PATCH"):
            session = unquote(address.path.rsplit("/", 1)[-1])
            self.saw(address.module, session, authenticated.sender, receiver)
        elif address.module == ModuleID.COMMANDS and address.path == "/RESERVE_NOW":
            reservation = _reservation_in(received.body)
            if reservation:
                self.saw(address.module, reservation, authenticated.sender, receiver)

    def saw(self, module: str, object_id: str, owner: PartyId, other: PartyId) -> None:
        """Remember who has an object and with whom; the oldest go first.

        Ids are unique for one owner only: seen with two, an id tells nothing any more.
        """
        for mine, yours in ((owner, other), (other, owner)):
            key = (module, object_id.lower(), mine)
            if self._seen.get(key) is yours:
                continue
            known = self._seen.setdefault(key, yours)
            if known != yours:
                self._seen[key] = None
            self._seen.move_to_end(key)
        while len(self._seen) > self._most:
            self._seen.popitem(last=False)

    def other(self, module: str, object_id: str, asking: PartyId) -> PartyId | None:
        """Return the party that shares an object with the one that asks; None when unknown or ambiguous."""
        return self._seen.get((module, object_id.lower(), asking))


class _Reservation(msgspec.Struct):
    reservation_id: str | int = ""


def _reservation_in(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=_Reservation).reservation_id)
    except (msgspec.DecodeError, RecursionError):
        return ""
