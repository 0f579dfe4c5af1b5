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
from ocn.ocpi.unreadable import UNREADABLE

_MOST = 200_000
_SESSIONS, _COMMANDS, _RECEIVER = ModuleID.SESSIONS, ModuleID.COMMANDS, InterfaceRole.RECEIVER


class Sightings:
    """With whom a party shares an object of an id."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._seen: OrderedDict[tuple[str, str, str], PartyId | None] = OrderedDict()

    def tells(self, authenticated: Authenticated, receiver: PartyId) -> bool:
        """Whether a request to one party says who shares something: most do not, or it is known."""
        received = authenticated.received
        address = received.address
        if address.interface_role is not _RECEIVER:
            return False
        if address.module == _SESSIONS:
            if received.method not in ("PUT", "PATCH"):
                return False
            session, owner, seen = _session_of(address.path), authenticated.sender, self._seen
            return (
                seen.get((_SESSIONS, session, owner.key)) is not receiver
                or seen.get((_SESSIONS, session, receiver.key)) is not owner
            )
        return address.module == _COMMANDS and address.path == "/RESERVE_NOW"

    def note(self, authenticated: Authenticated, receiver: PartyId) -> None:
        """Remember what a direct request tells: who shares a session, or a reservation."""
        received = authenticated.received
        if not self.tells(authenticated, receiver):
            return
        address = received.address
        if address.module == _SESSIONS:
            self.saw(_SESSIONS, _session_of(address.path), authenticated.sender, receiver)
        elif reservation := _reservation_in(received.body):
            self.saw(address.module, reservation, authenticated.sender, receiver)

    def saw(self, module: str, object_id: str, owner: PartyId, other: PartyId) -> None:
        """Remember who has an object and with whom; the oldest go first.

        Ids are unique for one owner only: seen with two, an id tells nothing any more.
        """
        lower_id, seen = object_id.lower(), self._seen
        for mine, yours in ((owner, other), (other, owner)):
            key = (module, lower_id, mine.key)
            if seen.get(key) is yours:
                continue
            known = seen.setdefault(key, yours)
            if known != yours:
                seen[key] = None
            seen.move_to_end(key)
        while len(seen) > self._most:
            seen.popitem(last=False)

    def other(self, module: str, object_id: str, asking: PartyId) -> PartyId | None:
        """Return the party that shares an object with the one that asks; None when unknown or ambiguous."""
        return self._seen.get((module, object_id.lower(), asking.key))


def _session_of(path: str) -> str:
    return unquote(path.rsplit("/", 1)[-1]).lower()


class _Reservation(msgspec.Struct):
    reservation_id: str | int = ""


def _reservation_in(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=_Reservation).reservation_id)
    except UNREADABLE:
        return ""
