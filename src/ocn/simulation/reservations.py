"""Which EVSE is kept for whom, and until when (OCPI 2.2.1 mod_commands, RESERVE_NOW)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.ocpi.party_id import PartyId
from ocn.simulation.errors import Refused

LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Reservation:
    """One reservation; ``id`` is the eMSP's and unique only with ``emsp``."""

    emsp: PartyId
    id: str
    token_uid: str
    evse_uid: str
    expires_at: datetime


class ReservationBook:
    """All reservations of a CPO, at most one an EVSE. Expired ones stop counting at once."""

    def __init__(self) -> None:
        self._by_evse: dict[str, Reservation] = {}

    def holder(self, evse_uid: str, now: datetime) -> Reservation | None:
        """Return who has the EVSE at this moment."""
        held = self._by_evse.get(evse_uid)
        return held if held is not None and held.expires_at > now else None

    def find(self, emsp: PartyId, reservation_id: str, now: datetime) -> Reservation:
        """Return an eMSP's reservation.

        Raises:
            Refused: it has none of that id, or it expired.
        """
        for held in self._by_evse.values():
            if (held.emsp, held.id) == (emsp, reservation_id) and held.expires_at > now:
                return held
        raise Refused(f"there is no reservation {reservation_id[:36]}")

    def reserve(self, wanted: Reservation, now: datetime) -> str | None:
        """Make a reservation; one of the same eMSP and id is updated. Return the EVSE it thereby leaves.

        Raises:
            Refused: the expiry is not within twelve hours from now, or the EVSE is taken.
        """
        if not now < wanted.expires_at <= now + LONGEST:
            raise Refused("expiry_date must lie in the next 12 hours")
        held = self.holder(wanted.evse_uid, now)
        if held is not None and (held.emsp, held.id) != (wanted.emsp, wanted.id):
            raise Refused(f"EVSE {wanted.evse_uid} is reserved")
        left = [
            evse
            for evse, other in self._by_evse.items()
            if (other.emsp, other.id) == (wanted.emsp, wanted.id) and evse != wanted.evse_uid
        ]
        for evse in left:
            del self._by_evse[evse]
        self._by_evse[wanted.evse_uid] = wanted
        return left[0] if left else None

    def consume(self, evse_uid: str, emsp: PartyId, token_uid: str, now: datetime) -> None:
        """Let a token in, which uses its reservation up.

        Raises:
            Refused: the EVSE is kept for another token.
        """
        held = self.holder(evse_uid, now)
        if held is not None and (held.emsp, held.token_uid) != (emsp, token_uid):
            raise Refused(f"EVSE {evse_uid} is reserved for somebody else")
        self._by_evse.pop(evse_uid, None)

    def cancel(self, reservation: Reservation) -> None:
        """Remove a reservation."""
        self._by_evse.pop(reservation.evse_uid, None)

    def expire(self, now: datetime) -> list[str]:
        """Forget what has expired and return the EVSEs that are free again."""
        freed = [evse for evse, held in self._by_evse.items() if held.expires_at <= now]
        for evse in freed:
            del self._by_evse[evse]
        return freed
