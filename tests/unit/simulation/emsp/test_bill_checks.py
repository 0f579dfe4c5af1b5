"""What an eMSP says of the bills that it gets, with what it has stored."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from tests.unit.simulation.billing.billed import CPO, MSP, Shop

from ocn.conversion import Context, ObjectKind, convert
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.objects import Cdr
from ocn.ocpi.versions import VersionNumber
from ocn.party.storage.port import MemoryStorage
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.emsp.bill_checks import BillCheck, BillChecks
from ocn.simulation.parties.hearing import as_heard
from ocn.tariffs import Verdict

EARLY = datetime(2026, 7, 6, 4, 40, tzinfo=UTC)
V2_1_1, V2_2_1, V2_3_0 = VersionNumber.V2_1_1, VersionNumber.V2_2_1, VersionNumber.V2_3_0
LOCATIONS = ("LOC1", "LOC5", "LOC8", "LOC10")


class Office:
    """An eMSP that has fetched what a CPO has, as far as the versions spoken can say it."""

    def __init__(self, spoken: Sequence[VersionNumber] = (V2_2_1,)) -> None:
        self.storage = MemoryStorage()
        self._checks = BillChecks(self.storage)
        self._spoken = spoken

    async def learn(self, shop: Shop, *, tariffs: bool = True, locations: bool = True) -> None:
        points = shop.operations.points
        for tariff in points.tariffs.values() if tariffs else ():
            heard = as_heard(ObjectKind.TARIFF, tariff, CPO, self._spoken)
            await self.storage.put(ModuleID.TARIFFS, CPO, heard["id"], {**heard})
        for location in points.locations.values() if locations else ():
            heard_place = as_heard(ObjectKind.LOCATION, location, CPO, self._spoken)
            await self.storage.put(ModuleID.LOCATIONS, CPO, heard_place["id"], {**heard_place})

    async def get(self, cdr: Cdr) -> BillCheck:
        heard = _heard(cdr, self._spoken)
        await self.storage.put(ModuleID.CDRS, CPO, heard["id"], {**heard})
        return await self._checks.check(heard, CPO, self._spoken[-1])


def _in_a_country_of_many_zones(cdr: Cdr) -> Cdr:
    cdr["cdr_location"]["country"] = "USA"
    return cdr


def _heard(cdr: Cdr, spoken: Sequence[VersionNumber]) -> Cdr:
    said = cast("Any", cdr)
    context = Context(owner=CPO, token_owner=MSP)
    for source, target in zip((V2_2_1, *spoken), (*spoken, V2_2_1), strict=True):
        said = convert(ObjectKind.CDR, said, source, target, context).value
    return cast("Cdr", said)


@pytest.mark.parametrize("spoken", [(V2_2_1,), (V2_3_0,), (V2_2_1, V2_3_0)])
@pytest.mark.parametrize("location", LOCATIONS)
async def test_bill_of_a_cpo_matches_in_2_2_1_and_2_3_0(
    location: str, spoken: Sequence[VersionNumber]
) -> None:
    office, shop = Office(spoken), Shop(EARLY)
    await office.learn(shop)
    assert (await office.get(shop.billed(location, 11, 8, 33))).said == "match"


@pytest.mark.parametrize("location", ["LOC1", "LOC5", "LOC8"])
async def test_bill_between_2_1_1_and_2_3_0_matches_before_tax(location: str) -> None:
    office, shop = Office((V2_1_1, V2_3_0)), Shop(EARLY)
    await office.learn(shop)
    found = await office.get(shop.billed(location, 11, 8, 33))
    assert found.said == "match"
    assert found.verification is not None
    assert found.verification.total_cost.incl is None


async def test_bill_by_a_minimum_that_2_1_1_cannot_say_is_undecidable_and_says_why() -> None:
    office, shop = Office((V2_2_1, V2_1_1)), Shop(EARLY)
    await office.learn(shop)
    found = await office.get(shop.billed("LOC10", 5))
    assert found.verdict is Verdict.UNDECIDABLE
    assert "came without its tariff" in found.why


async def test_bill_whose_tariff_was_never_fetched_is_checked_by_the_one_in_it() -> None:
    office, shop = Office(), Shop(EARLY)
    await office.learn(shop, tariffs=False)
    found = await office.get(shop.billed("LOC1", 30))
    assert found.verdict is Verdict.MATCH
    assert found.verification is not None
    assert found.verification.priced.record.tariffs[0].document == "cdr"


async def test_bill_at_a_place_that_nobody_knows_is_undecidable_where_local_time_matters() -> None:
    office, shop = Office(), Shop(EARLY)
    await office.learn(shop, locations=False)
    found = await office.get(_in_a_country_of_many_zones(shop.billed("LOC1", 30)))
    assert found.verdict is Verdict.UNDECIDABLE
    assert "nobody says the time zone" in found.why
    by_session = _in_a_country_of_many_zones(shop.billed("LOC8", 30))
    assert (await office.get(by_session)).verdict is Verdict.MATCH


async def test_bill_at_another_place_of_the_same_id_is_not_read_in_its_time_zone() -> None:
    office, shop = Office(), Shop(EARLY)
    await office.learn(shop)
    place = {"id": "LOC1", "time_zone": "Asia/Tokyo", "evses": [{"uid": "ELSEWHERE"}, None]}
    await office.storage.put(ModuleID.LOCATIONS, CPO, "LOC1", place)
    found = await office.get(shop.billed("LOC1", 30))
    assert found.verification is not None
    zone = found.verification.priced.record.zone
    assert zone is not None
    assert zone.name == "Europe/Berlin"
    assert found.verdict is Verdict.MATCH


async def test_bill_by_another_price_than_published_is_caught() -> None:
    office, shop = Office(), Shop(EARLY)
    await office.learn(shop)
    dearer = shop.operations.points.tariffs["3"]
    dearer["elements"][0]["price_components"][0]["price"] = 9
    found = await office.get(shop.billed("LOC8", 30))
    assert found.said.startswith("explained: TARIFF_NOT_AS_PUBLISHED: ")


async def test_bill_with_one_cent_more_is_caught_and_its_credit_and_new_bill_match() -> None:
    office, shop = Office(), Shop(EARLY)
    await office.learn(shop)
    wrong = shop.billed("LOC1", 30, how=Misbilling.ONE_CENT_MORE)
    found = await office.get(wrong)
    assert found.said.startswith("mismatch: UNEXPLAINED: The claim is 0.01 more")
    session_id = str(wrong["session_id"])
    assert (await office.get(shop.bills.credit(session_id))).said == "match"
    shop.bills.misbilling = None
    assert (await office.get(shop.bills.charge_again(session_id))).said == "match"


async def test_credit_of_less_than_was_charged_is_a_mismatch() -> None:
    office, shop = Office(), Shop(EARLY)
    await office.learn(shop)
    cdr = shop.billed("LOC1", 30)
    await office.get(cdr)
    credit = shop.bills.credit(str(cdr["session_id"]))
    credit["total_cost"] = {"excl_vat": credit["total_cost"]["excl_vat"] + 1}
    found = await office.get(credit)
    assert found.verdict is Verdict.MISMATCH
    assert "CREDIT_MISMATCH" in found.why


@pytest.mark.parametrize(
    "broken",
    [
        {"cdr_location": None},
        {"cdr_location": {"id": ["LOC1"]}},
        {"charging_periods": 5},
        {"charging_periods": []},
        {"tariffs": [{}]},
        {"total_cost": "free"},
        {"credit": True, "credit_reference_id": "NONE"},
        {"currency": None},
    ],
)
async def test_bill_that_is_malformed_never_matches_and_never_raises(broken: dict[str, Any]) -> None:
    office, shop = Office(), Shop(EARLY)
    await office.learn(shop)
    cdr = cast("Cdr", shop.billed("LOC1", 30) | broken)
    found = await BillChecks(office.storage).check(cdr, CPO, V2_2_1)
    assert found.verdict is not Verdict.MATCH
    assert found.why
