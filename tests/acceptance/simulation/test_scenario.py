"""Scenario T1 to T8: a simulated eMSP and CPOs on a real network, at the same node and at another."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.objects import Cdr, Session
from ocn.party.errors import RequestFailed
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.chargers.fleet import build_fleet
from ocn.simulation.cpo.cpo import Pace, SimulatedCpo
from ocn.simulation.emsp.emsp import SimulatedEmsp
from ocn.simulation.errors import NotBilled, StepFailed
from ocn.simulation.network.network import local_network
from ocn.simulation.play.cast import Cast, on_the_network
from ocn.simulation.play.play import SCENES, Audience, play
from ocn.simulation.play.scenes import charging
from ocn.simulation.play.scenes.stage import Stage
from ocn.simulation.play.summary import Summary
from ocn.simulation.play.traffic import Traffic

pytestmark = [
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="module"),
]
PACE = Pace(
    speed=600,
    report_every=timedelta(milliseconds=200),
    reaction=timedelta(milliseconds=20),
    expiry_check_every=timedelta(milliseconds=100),
)
WAIT_S = 20.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cast]:
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(local_network(tmp_path_factory.mktemp("network")))
        yield await stack.enter_async_context(
            on_the_network(network, Traffic(), pace=PACE, signatures_required=True)
        )


@pytest.fixture(params=[0, 1], ids=["same-node", "other-node"])
def cpo(request: pytest.FixtureRequest, cast: Cast) -> SimulatedCpo:
    found: SimulatedCpo = cast.cpos[request.param]
    return found


def evse(cpo: SimulatedCpo, location: int, n: int = 0) -> tuple[str, str]:
    place = build_fleet(cpo.id).locations[location]
    return place["id"], place["evses"][n]["uid"]


async def test_t1_parties_that_registered_hold_a_token(cast: Cast) -> None:
    for player in cast.players:
        registration = player.party.client.registration
        assert registration.their_token.token
        assert registration.their_token.token not in repr(registration)
        assert (ModuleID.LOCATIONS, "SENDER") in registration.endpoints


async def test_t3_lists_have_what_they_must(cast: Cast, cpo: SimulatedCpo) -> None:
    to_cpo = cast.emsp.to(cpo.id)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    assert len([location async for location in to_cpo.locations()]) == 10
    assert len([tariff async for tariff in to_cpo.tariffs()]) == 4
    cdrs = [cdr async for cdr in to_cpo.cdrs()]
    sessions = [session async for session in to_cpo.sessions(since, limit=4)]
    assert len(cdrs) == 1
    assert len(sessions) == 10
    assert {session["status"] for session in sessions} == {"COMPLETED"}
    assert cdrs[0]["session_id"] == sessions[0]["id"]
    drivers = {token["uid"] for token in cast.emsp.tokens}
    assert {session["cdr_token"]["uid"] for session in sessions} <= drivers


async def test_t3_tokens_can_be_read_by_the_cpo(cast: Cast, cpo: SimulatedCpo) -> None:
    emsp = cast.emsp
    assert [token async for token in cpo.to(emsp.id).tokens(limit=3)] == list(emsp.tokens)


@pytest.mark.parametrize("place", [("LOC1", "NO-SUCH-EVSE"), ("LOC99", "NO-SUCH-EVSE")])
async def test_t5_start_where_nothing_is_is_rejected_with_a_message(
    cast: Cast, cpo: SimulatedCpo, place: tuple[str, str]
) -> None:
    emsp = cast.emsp
    pending = await emsp.to(cpo.id).start_session(emsp.tokens[0], *place)
    assert pending.reply.data["result"] == "REJECTED"
    assert place[0] in pending.reply.data["message"][0]["text"]


async def test_t4_and_t6_session_runs_and_is_billed(cast: Cast, cpo: SimulatedCpo) -> None:
    emsp, (location_id, evse_uid) = cast.emsp, evse(cpo, 1)
    to_cpo = emsp.to(cpo.id)
    await emsp.learn(cpo.id)
    started = await to_cpo.start_session(emsp.tokens[2], location_id, evse_uid)
    assert started.reply.data == {"result": "ACCEPTED", "timeout": 30}
    assert (await started.result())["result"] == "ACCEPTED"

    def grown(session: Session) -> bool:
        return session["evse_uid"] == evse_uid and session["kwh"] > 1

    session = await emsp.session_where(cpo.id, grown, WAIT_S)
    assert session["status"] == "ACTIVE"
    stopped = await to_cpo.stop_session(session["id"])
    assert (await stopped.result())["result"] == "ACCEPTED"
    receipt = await cpo.cdr_receipt(session["id"], WAIT_S)
    assert receipt.kept
    assert receipt.location is not None
    assert receipt.location.startswith(cpo.node_url)
    final = await emsp.session_where(
        cpo.id, lambda s: s["id"] == session["id"] and s["status"] == "COMPLETED", WAIT_S
    )
    assert receipt.cdr["total_energy"] == final["kwh"] >= session["kwh"]
    assert receipt.cdr["total_cost"]["excl_vat"] > 0
    assert emsp.check_of(cpo.id, receipt.cdr["id"]).said == "match"
    listed = [cdr async for cdr in to_cpo.cdrs()]
    assert receipt.cdr in listed
    again = await to_cpo.stop_session(session["id"])
    assert again.reply.data["result"] == "UNKNOWN_SESSION"


@pytest.mark.parametrize("location", [4, 7, 9])
async def test_bill_at_every_tariff_matches_at_the_emsp(cast: Cast, cpo: SimulatedCpo, location: int) -> None:
    emsp = cast.emsp
    await emsp.learn(cpo.id)
    cdr = await _billed(emsp, cpo, evse(cpo, location))
    assert emsp.check_of(cpo.id, cdr["id"]).said == "match"


async def test_bill_that_is_wrong_fails_the_step_and_is_credited_and_billed_again(
    cast: Cast, cpo: SimulatedCpo
) -> None:
    emsp, bills = cast.emsp, cpo.operations.bills
    await emsp.learn(cpo.id)
    bills.misbilling = Misbilling.ONE_CENT_MORE
    try:
        wrong = await _billed(emsp, cpo, evse(cpo, 5))
    finally:
        bills.misbilling = None
    assert emsp.check_of(cpo.id, wrong["id"]).said.startswith("mismatch: UNEXPLAINED: The claim is 0.01 more")
    session_id = str(wrong["session_id"])
    with pytest.raises(StepFailed, match="not what the tariff says: mismatch: UNEXPLAINED"):
        await charging.cdr(Stage(emsp, cpo, Traffic(), session_id=session_id))
    with pytest.raises(NotBilled):
        await cpo.charge_again(session_id)
    credit = await cpo.credit(session_id)
    right = await cpo.charge_again(session_id)
    assert credit.kept
    assert right.kept
    stored = await emsp.cdr(cpo.id, credit.cdr["id"])
    assert stored is not None
    assert stored["credit"] is True
    assert stored["total_cost"]["excl_vat"] == -wrong["total_cost"]["excl_vat"]
    for receipt in (credit, right):
        assert emsp.check_of(cpo.id, receipt.cdr["id"]).said == "match"
    listed = [cdr["id"] async for cdr in emsp.to(cpo.id).cdrs()]
    assert listed[-3:] == [wrong["id"], credit.cdr["id"], right.cdr["id"]]


async def test_t7_reservation_is_made_changed_and_used_up(cast: Cast, cpo: SimulatedCpo) -> None:
    emsp, (location_id, evse_uid) = cast.emsp, evse(cpo, 2)
    other_evse = evse(cpo, 2, 1)[1]
    driver, stranger = emsp.tokens[3], emsp.tokens[4]
    to_cpo, until = emsp.to(cpo.id), datetime.now(UTC) + timedelta(minutes=20)
    made = await to_cpo.reserve_now(driver, "R7", until, location_id, evse_uid)
    assert (await made.result())["result"] == "ACCEPTED"
    moved = await to_cpo.reserve_now(driver, "R7", until, location_id, other_evse)
    assert (await moved.result())["result"] == "ACCEPTED"
    assert (await to_cpo.get_evse(location_id, evse_uid)).data["status"] == "AVAILABLE"
    assert (await to_cpo.get_evse(location_id, other_evse)).data["status"] == "RESERVED"
    second = await to_cpo.reserve_now(stranger, "R8", until, location_id, other_evse)
    assert second.reply.data["result"] == "REJECTED"
    refused = await to_cpo.start_session(stranger, location_id, other_evse)
    assert refused.reply.data["result"] == "REJECTED"
    used = await to_cpo.start_session(driver, location_id, other_evse)
    assert (await used.result())["result"] == "ACCEPTED"
    gone = await to_cpo.cancel_reservation("R7")
    assert gone.reply.data["result"] == "REJECTED"


async def test_t7_reservation_that_expires_frees_the_evse_and_says_so(cast: Cast, cpo: SimulatedCpo) -> None:
    emsp, (location_id, evse_uid) = cast.emsp, evse(cpo, 3)
    to_cpo = emsp.to(cpo.id)
    await emsp.keep_locations(cpo.id, [(await to_cpo.get_location(location_id)).data])
    until = datetime.now(UTC) + timedelta(seconds=3)
    made = await to_cpo.reserve_now(emsp.tokens[0], "R9", until, location_id, evse_uid)
    assert (await made.result())["result"] == "ACCEPTED"
    pushed = await emsp.location_where(
        cpo.id,
        location_id,
        lambda location: (
            location["evses"][0]["status"] == "AVAILABLE"
            and location["evses"][0]["last_updated"] > until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        ),
        WAIT_S,
    )
    assert (await to_cpo.get_location(location_id)).data == pushed


@pytest.mark.parametrize("hours", [-1, 13])
async def test_t7_reservation_beyond_twelve_hours_is_rejected(
    cast: Cast, cpo: SimulatedCpo, hours: int
) -> None:
    emsp, place = cast.emsp, evse(cpo, 4)
    until = datetime.now(UTC) + timedelta(hours=hours)
    pending = await emsp.to(cpo.id).reserve_now(emsp.tokens[0], "R10", until, *place)
    assert pending.reply.data["result"] == "REJECTED"


async def test_t8_unlock_connector_is_not_supported(cast: Cast, cpo: SimulatedCpo) -> None:
    place = evse(cpo, 0)
    pending = await cast.emsp.to(cpo.id).unlock_connector(*place, "1")
    assert pending.reply.data["result"] == "NOT_SUPPORTED"


async def test_profile_for_a_session_that_is_not_there_is_refused(cast: Cast, cpo: SimulatedCpo) -> None:
    pending = await cast.emsp.to(cpo.id).clear_charging_profile("no-such-session")
    assert pending.reply.data["result"] == "UNKNOWN_SESSION"


async def test_command_that_is_malformed_is_a_client_error(cast: Cast, cpo: SimulatedCpo) -> None:
    with pytest.raises(RequestFailed) as caught:
        await cast.emsp.to(cpo.id).command("START_SESSION", {"location_id": "LOC1"})
    assert 2000 <= caught.value.status_code < 3000


async def test_play_with_a_cpo_that_tells_something_else_fails_at_that_scene(cast: Cast) -> None:
    cpo, traffic = cast.cpos[0], Traffic()
    traffic.settle(cast.emsp.id, "here")
    traffic.settle(cpo.id, "here")
    location = cpo.operations.points.locations["LOC1"]
    address = location["address"]
    location["address"] = "Somewhere Else 1"
    try:
        results = await play([Stage(cast.emsp, cpo, traffic)], Audience(), SCENES)
    finally:
        location["address"] = address
    assert [(result.name, result.ok) for result in results] == [(SCENES[0][0], False)]
    assert f"the locations[0].address: wanted {address!r}, got 'Somewhere Else 1'" in results[0].detail
    assert not Summary.of(results, traffic, 1.0, 1).ok


async def _billed(emsp: SimulatedEmsp, cpo: SimulatedCpo, place: tuple[str, str]) -> Cdr:
    """Charge some energy and return the CDR that was taken."""
    to_cpo, earlier = emsp.to(cpo.id), {session["id"] for session in await emsp.sessions(cpo.id)}
    started = await to_cpo.start_session(emsp.tokens[5], *place)
    assert (await started.result())["result"] == "ACCEPTED"
    session = await emsp.session_where(cpo.id, lambda s: s["id"] not in earlier and s["kwh"] > 0, WAIT_S)
    stopped = await to_cpo.stop_session(session["id"])
    assert (await stopped.result())["result"] == "ACCEPTED"
    return (await cpo.cdr_receipt(session["id"], WAIT_S)).cdr
