"""The mock rules for reservations, clock in hand."""

from datetime import UTC, datetime, timedelta

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.simulation.chargers.reservations import Reservation, ReservationBook
from ocn.simulation.errors import Refused

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MSP, OTHER = PartyId("DE", "MSP"), PartyId("FR", "MSP")


def reservation(id_: str = "R1", emsp: PartyId = MSP, evse: str = "E1", minutes: float = 30) -> Reservation:
    return Reservation(emsp, id_, "TOKEN", "LOC1", evse, NOW + timedelta(minutes=minutes))


def test_reserve_twice_under_one_id_is_an_update() -> None:
    book = ReservationBook()
    assert book.reserve(reservation(), NOW) is None
    assert book.reserve(reservation(evse="E2"), NOW) == "E1"
    assert book.at_evse("E1", NOW) is None
    assert book.at_evse("E2", NOW) == reservation(evse="E2")


@pytest.mark.parametrize("second", [reservation("R2"), reservation("R1", emsp=OTHER)])
def test_reserve_an_evse_held_under_another_id_is_refused(second: Reservation) -> None:
    book = ReservationBook()
    book.reserve(reservation(), NOW)
    with pytest.raises(Refused, match="reserved"):
        book.reserve(second, NOW)


@pytest.mark.parametrize("minutes", [-1, 0, 12 * 60 + 1])
def test_reserve_beyond_the_next_twelve_hours_is_refused(minutes: float) -> None:
    with pytest.raises(Refused, match="12 hours"):
        ReservationBook().reserve(reservation(minutes=minutes), NOW)


def test_reservation_that_expired_frees_the_evse() -> None:
    book = ReservationBook()
    book.reserve(reservation(minutes=5), NOW)
    later = NOW + timedelta(minutes=5)
    assert book.at_evse("E1", later) is None
    assert [held.evse_uid for held in book.expire(later)] == ["E1"]
    assert book.expire(later) == []
    book.reserve(reservation("R2", emsp=OTHER), later)


def test_reservation_admits_its_token_once_and_nobody_else() -> None:
    book = ReservationBook()
    book.reserve(reservation(), NOW)
    for emsp, token in ((MSP, "OTHER"), (OTHER, "TOKEN")):
        with pytest.raises(Refused, match="somebody else"):
            book.consume("E1", emsp, token, NOW)
    book.consume("E1", MSP, "TOKEN", NOW)
    assert book.at_evse("E1", NOW) is None


def test_reservation_of_another_party_cannot_be_found() -> None:
    book = ReservationBook()
    book.reserve(reservation(), NOW)
    assert book.held(OTHER, "R1", NOW) is None
    assert book.of_token(OTHER, "TOKEN", NOW) is None
    found = book.held(MSP, "R1", NOW)
    assert found == book.of_token(MSP, "TOKEN", NOW) == reservation()
    book.cancel(reservation())
    assert book.held(MSP, "R1", NOW) is None
