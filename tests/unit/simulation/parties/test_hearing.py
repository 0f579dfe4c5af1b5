"""What must be left of a simulated CPO's objects when they have been said in other versions."""

import pytest

from ocn.conversion import ObjectKind
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.simulation.chargers.fleet import build_fleet
from ocn.simulation.parties.hearing import as_heard

CPO = PartyId("DE", "CPO")
FLEET = build_fleet(CPO)


@pytest.mark.parametrize("spoken", [(), (VersionNumber.V2_2_1,), (VersionNumber.V2_3_0,)])
def test_what_2_2_1_and_2_3_0_say_of_the_fleet_is_all_of_it(spoken: tuple[VersionNumber, ...]) -> None:
    for location in FLEET.locations:
        assert as_heard(ObjectKind.LOCATION, location, CPO, spoken) == location
    for tariff in FLEET.tariffs:
        assert as_heard(ObjectKind.TARIFF, tariff, CPO, spoken) == tariff


def test_2_1_1_takes_the_vat_and_leaves_the_price() -> None:
    for tariff in FLEET.tariffs:
        heard = as_heard(ObjectKind.TARIFF, tariff, CPO, (VersionNumber.V2_1_1, VersionNumber.V2_3_0))
        wanted = [each["price"] for element in tariff["elements"] for each in element["price_components"]]
        kept = [each for element in heard["elements"] for each in element["price_components"]]
        assert [each["price"] for each in kept] == wanted
        assert not [each for each in kept if "vat" in each]
