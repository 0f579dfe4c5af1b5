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
    location_id: str
    evse_uid: str
    expires_at: datetime

    @property
    def key(self) -> tuple[PartyId, str]:
        """What makes it one reservation, however it is changed."""
        return self.emsp, self.id


class ReservationBook:
    """All reservations of a CPO, at most one an EVSE. Expired ones stop counting at once."""

    def __init__(self) -> None:
        self._by_evse: dict[str, Reservation] = {}

    def at_evse(self, evse_uid: str, now: datetime) -> Reservation | None:
        """Return the reservation of an EVSE."""
        held = self._by_evse.get(evse_uid)
        return held if held is not None and held.expires_at > now else None

    def held(self, emsp: PartyId, reservation_id: str, now: datetime) -> Reservation | None:
        """Return an eMSP's reservation of that id."""
        return next((held for held in self._valid(now) if held.key == (emsp, reservation_id)), None)

    def of_token(self, emsp: PartyId, token_uid: str, now: datetime) -> Reservation | None:
        """Return a reservation that admits this token."""
        return next(
            (held for held in self._valid(now) if (held.emsp, held.token_uid) == (emsp, token_uid)), None
        )

    def reserve(self, wanted: Reservation, now: datetime) -> str | None:
        """Make a reservation; one of the same eMSP and id is updated. Return the EVSE it thereby leaves.

        Raises:
            Refused: the expiry is not within twelve hours from now, or the EVSE is taken.
        """
        if not now < wanted.expires_at <= now + LONGEST:
            raise Refused("expiry_date must lie in the next 12 hours")
        there = self.at_evse(wanted.evse_uid, now)
        if there is not None and there.key != wanted.key:
            raise Refused(f"EVSE {wanted.evse_uid} is reserved")
        before = self.held(*wanted.key, now)
        if before is not None:
            del self._by_evse[before.evse_uid]
        self._by_evse[wanted.evse_uid] = wanted
        return before.evse_uid if before is not None and before.evse_uid != wanted.evse_uid else None

    def consume(self, evse_uid: str, emsp: PartyId, token_uid: str, now: datetime) -> None:
        """Let a token in, which uses its reservation up.

        Raises:
            Refused: the EVSE is kept for another token.
        """
        held = self.at_evse(evse_uid, now)
        if held is not None and (held.emsp, held.token_uid) != (emsp, token_uid):
            raise Refused(f"EVSE {evse_uid} is reserved for somebody else")
        self._by_evse.pop(evse_uid, None)

    def cancel(self, reservation: Reservation) -> None:
        """Remove a reservation."""
        self._by_evse.pop(reservation.evse_uid, None)

    def expire(self, now: datetime) -> list[Reservation]:
        """Forget what has expired and return it."""
        expired = [held for held in self._by_evse.values() if held.expires_at <= now]
        for held in expired:
            del self._by_evse[held.evse_uid]
        return expired

    def _valid(self, now: datetime) -> list[Reservation]:
        return [held for held in self._by_evse.values() if held.expires_at > now]
