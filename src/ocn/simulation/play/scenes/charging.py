"""Charging: start, grow, limit, stop, bill."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from urllib.parse import urlsplit

from ocn.ocpi.objects import Session
from ocn.ocpi.statuses import Status
from ocn.ocpi.versions import VersionNumber
from ocn.party.errors import RequestFailed
from ocn.party.json_text import encode_json
from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.errors import StepFailed
from ocn.simulation.play.scenes.stage import WAIT_S, Stage, check, same
from ocn.tariffs import Verdict

LIMIT_W = Decimal(6900)


async def start_session(stage: Stage) -> str:
    """Start where there is a socket, and be refused where there is none."""
    earlier = await stage.emsp.sessions(stage.cpo.id)
    stage.earlier_sessions = frozenset(session["id"] for session in earlier)
    nowhere = await stage.to_cpo.start_session(stage.driver, stage.location_id, "NO-SUCH-EVSE")
    same("START_SESSION at no EVSE", nowhere.reply.data["result"], "REJECTED")
    stage.says_why(nowhere.reply.data)
    pending = await stage.to_cpo.start_session(stage.driver, stage.location_id, stage.evse_uid(), "1")
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    return f"{stage.evse_uid()}: ACCEPTED, then result ACCEPTED"


async def session_put(stage: Stage) -> str:
    """The session arrives, whole; and the EVSE says that it is in use."""
    session = await stage.emsp.session_where(
        stage.cpo.id, lambda s: s["id"] not in stage.earlier_sessions, WAIT_S
    )
    same("the status", session["status"], "ACTIVE")
    same("the driver", session["cdr_token"]["uid"], stage.driver["uid"])
    place = session["location_id"], session["evse_uid"], session["connector_id"]
    same("the place", place, (stage.location_id, stage.evse_uid(), "1"))
    stage.session_id = session["id"]
    await stage.emsp.location_where(
        stage.cpo.id,
        stage.location_id,
        lambda location: location["evses"][0]["status"] == "CHARGING",
        WAIT_S,
    )
    return f"ACTIVE, {session['kwh']} kWh, EVSE is CHARGING"


async def session_patch(stage: Stage) -> str:
    """The session grows by PATCH."""
    before = stage.traffic.served_count("PATCH", "sessions")
    first = await _session(stage, Decimal(0))
    second = await _session(stage, Decimal(first["kwh"]))
    check(second["kwh"] > first["kwh"] > 0, "the energy does not rise")
    if stage.traffic.served_count("PATCH", "sessions") == before:
        await _session(stage, Decimal(second["kwh"]))  # one counts once answered, before the next comes
    check(stage.traffic.served_count("PATCH", "sessions") > before, "no PATCH came")
    cost = second["total_cost"]["excl_vat"]
    return f"{first['kwh']} kWh, then {second['kwh']} kWh, {cost} {second['currency']}"


async def profile_set(stage: Stage) -> str:
    """A limit is set, and the charge point says that it keeps it."""
    if stage.is_old:
        return await _refused_to_2_1_1(
            lambda: stage.to_cpo.set_charging_profile(stage.session_id, {"charging_rate_unit": "W"})
        )
    pending = await stage.to_cpo.set_charging_profile(
        stage.session_id,
        {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": LIMIT_W}]},
    )
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    same("the limit in force", await _limit_now(stage), LIMIT_W)
    return f"limit {LIMIT_W} W, result ACCEPTED, in force"


async def profile_clear(stage: Stage) -> str:
    """The limit goes."""
    if stage.is_old:
        return await _refused_to_2_1_1(lambda: stage.to_cpo.clear_charging_profile(stage.session_id))
    pending = await stage.to_cpo.clear_charging_profile(stage.session_id)
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    limit = await _limit_now(stage)
    check(limit > LIMIT_W, f"the limit is still {limit} W")
    return f"result ACCEPTED, up to {limit} W again"


async def stop_session(stage: Stage) -> str:
    """Stop; the session ends with no less energy than it had."""
    before = await _session(stage, Decimal(-1))
    pending = await stage.to_cpo.stop_session(stage.session_id)
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    done = await stage.emsp.session_where(
        stage.cpo.id, lambda s: s["id"] == stage.session_id and s["status"] == "COMPLETED", WAIT_S
    )
    check(done["kwh"] >= before["kwh"], "energy got lost")
    return f"COMPLETED, {done['kwh']} kWh"


async def cdr(stage: Stage) -> str:
    """The CDR is billed, kept, checked, and read back by the CPO through its own node to the last digit."""
    receipt = await stage.cpo.cdr_receipt(stage.session_id, WAIT_S)
    check(receipt.location is not None, "the answer to the CDR has no Location")
    wanted = await stage.cpo.as_read_back(receipt.cdr)
    same("the CDR at its Location", receipt.read_back, wanted)
    check(encode_json(receipt.read_back) == encode_json(wanted), "digits of the CDR got lost")
    own_node = urlsplit(stage.cpo.node_url).netloc
    same("the host of the Location", urlsplit(receipt.location or "").netloc, own_node)
    bill = await stage.emsp.cdr(stage.cpo.id, receipt.cdr["id"])
    if bill is None:
        raise StepFailed("the eMSP does not have the CDR")
    verified = _verified(stage, bill["id"])
    session = await _session(stage, Decimal(-1))
    same("the energy billed", bill["total_energy"], session["kwh"])
    same("the price billed", bill["total_cost"], session["total_cost"])
    check(bill["total_cost"]["excl_vat"] > 0, "the session was free")
    kept = "kept"
    if stage.emsp.version is VersionNumber.V2_3_0:
        came = stage.emsp.cdr_as_sent(stage.cpo.id, bill["id"])["total_cost"]
        same("the price as OCPI 2.3.0 has it", came["before_taxes"], bill["total_cost"]["excl_vat"])
        kept = f"kept in OCPI 2.3.0: before_taxes {came['before_taxes']}"
    incl = bill["total_cost"].get("incl_vat")
    price = f"{incl} {bill['currency']} incl. VAT" if incl else f"{bill['total_cost']['excl_vat']} before VAT"
    return f"{bill['total_energy']} kWh, {price}, verified: {verified}, {kept}"


async def unlock_connector(stage: Stage) -> str:
    """These charge points cannot let go of a cable from afar, and say so."""
    pending = await stage.to_cpo.unlock_connector(stage.location_id, stage.evse_uid(), "1")
    same("the answer", pending.reply.data["result"], "NOT_SUPPORTED")
    return "NOT_SUPPORTED, as the EVSE says"


def _verified(stage: Stage, cdr_id: str) -> str:
    """Return the verdict of the eMSP's check. What versions cannot say to each other may leave it open."""
    found = stage.emsp.check_of(stage.cpo.id, cdr_id)
    says_less = stage.cpo.version is not stage.emsp.version
    acceptable = (Verdict.MATCH, Verdict.UNDECIDABLE) if says_less else (Verdict.MATCH,)
    check(found.verdict in acceptable, f"the bill is not what the tariff says: {found.said}")
    return found.said


async def _refused_to_2_1_1(send: Callable[[], Awaitable[object]]) -> str:
    """A request that the CPO's version does not have ends at the hub, with a word of the hub's."""
    try:
        await send()
    except RequestFailed as error:
        same("the status", error.status_code, int(Status.UNKNOWN_RECEIVER))
        return f"refused by the hub with {error.status_code}: OCPI 2.1.1 has no charging profiles"
    raise StepFailed("what OCPI 2.1.1 does not have was not refused")


async def _session(stage: Stage, more_than: Decimal) -> Session:
    return await stage.emsp.session_where(
        stage.cpo.id, lambda s: s["id"] == stage.session_id and s["kwh"] > more_than, WAIT_S
    )


async def _limit_now(stage: Stage) -> Decimal:
    pending = await stage.to_cpo.get_active_charging_profile(stage.session_id, 3600)
    result = await pending.result(WAIT_S)
    same("the active profile's result", result["result"], "ACCEPTED")
    profile = ChargingProfile.from_object(result["profile"]["charging_profile"])
    return profile.periods[0][1]
