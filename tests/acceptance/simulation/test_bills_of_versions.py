"""What an eMSP of OCPI 2.1.1 can say of the bills of CPOs of other versions, and what it cannot."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import pytest_asyncio

from ocn.ocpi.versions import VersionNumber
from ocn.simulation.cpo.cpo import Pace
from ocn.simulation.emsp.bill_checks import BillCheck
from ocn.simulation.errors import NotBilled
from ocn.simulation.network.network import local_network
from ocn.simulation.play.cast import EMSP, LOCAL_CPO, REMOTE_CPO, Cast, on_the_network
from ocn.simulation.play.traffic import Traffic
from ocn.tariffs import Verdict

pytestmark = [
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="module"),
]
PACE = Pace(speed=600, report_every=timedelta(milliseconds=200), reaction=timedelta(milliseconds=20))
VERSIONS = {
    EMSP: VersionNumber.V2_1_1,
    LOCAL_CPO: VersionNumber.V2_2_1,
    REMOTE_CPO: VersionNumber.V2_1_1,
}
WAIT_S = 20.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cast]:
    """A hub that was told everything: 2.1.1 says neither whose a location is nor whose a token."""
    async with AsyncExitStack() as stack:
        directory = tmp_path_factory.mktemp("network")
        network = await stack.enter_async_context(local_network(directory, signatures_required=False))
        cast = await stack.enter_async_context(
            on_the_network(network, Traffic(), pace=PACE, signatures_required=False, versions=VERSIONS)
        )
        emsp, cpo = cast.emsp, cast.cpos[0]
        for token in emsp.tokens:
            await emsp.to(emsp.hub).put_token(token)
        for location in cpo.operations.points.locations.values():
            await cpo.to(cpo.hub).put_location(location)
        await emsp.learn(emsp.hub)
        yield cast


async def bill_at(location_id: str, cast: Cast) -> BillCheck:
    emsp, cpo = cast.emsp, cast.cpos[0]
    to_hub = emsp.to(emsp.hub)
    started = await to_hub.start_session(emsp.tokens[0], location_id)
    assert (await started.result())["result"] == "ACCEPTED"
    session = await emsp.session_where(cpo.id, lambda s: s["location_id"] == location_id, WAIT_S)
    stopped = await to_hub.stop_session(session["id"])
    assert (await stopped.result())["result"] == "ACCEPTED"
    receipt = await cpo.cdr_receipt(session["id"], WAIT_S)
    return emsp.check_of(emsp.hub, receipt.cdr["id"])


@pytest.mark.parametrize("location_id", ["LOC1", "LOC5", "LOC8"])
async def test_bill_of_2_2_1_matches_at_an_emsp_of_2_1_1(cast: Cast, location_id: str) -> None:
    assert (await bill_at(location_id, cast)).said == "match"


async def test_bill_by_a_minimum_price_is_undecidable_at_an_emsp_of_2_1_1(cast: Cast) -> None:
    found = await bill_at("LOC10", cast)
    assert found.verdict is Verdict.UNDECIDABLE
    assert "came without its tariff, of which OCPI 2.1.1 cannot say everything" in found.why


async def test_cpo_of_2_1_1_cannot_credit_and_says_so(cast: Cast) -> None:
    with pytest.raises(NotBilled, match=r"2\.1\.1 has no credit CDR"):
        await cast.cpos[1].credit("any")


async def test_cpo_of_2_1_1_sells_by_what_its_tariffs_can_say(cast: Cast) -> None:
    tariff = cast.cpos[1].operations.points.tariffs["4"]
    assert "min_price" not in tariff
    assert [each["price_components"][0].get("vat") for each in tariff["elements"]] == [None]
