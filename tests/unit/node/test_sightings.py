"""Whose a session is, as seen when it passed."""

from ocn.node.routing.sightings import Sightings
from ocn.ocpi.party_id import PartyId

CPO, CPX, MSP = PartyId("DE", "CPO"), PartyId("NL", "CPX"), PartyId("DE", "MSP")


def test_both_parties_of_a_session_find_each_other_whatever_the_case() -> None:
    sightings = Sightings()
    sightings.saw("sessions", "S1", CPO, MSP)
    assert sightings.other("sessions", "s1", MSP) == CPO
    assert sightings.other("sessions", "S1", CPO) == MSP
    assert sightings.other("sessions", "S1", CPX) is None


def test_id_of_two_owners_is_ambiguous_for_the_party_that_has_both_and_for_no_other() -> None:
    sightings = Sightings()
    sightings.saw("sessions", "S1", CPO, MSP)
    sightings.saw("sessions", "S1", CPX, MSP)
    sightings.saw("sessions", "S1", CPO, MSP)
    assert sightings.other("sessions", "S1", MSP) is None
    assert sightings.other("sessions", "S1", CPO) == MSP
    assert sightings.other("sessions", "S1", CPX) == MSP


def test_oldest_sightings_go_when_there_are_too_many() -> None:
    sightings = Sightings(most=4)
    for number in range(10):
        sightings.saw("sessions", f"S{number}", CPO, MSP)
    assert [sightings.other("sessions", f"S{number}", MSP) for number in (7, 8, 9)] == [None, CPO, CPO]
