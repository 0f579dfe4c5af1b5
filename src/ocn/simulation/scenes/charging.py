"""Charging: start, grow, limit, stop, bill."""

from decimal import Decimal
from urllib.parse import urlsplit

from ocn.ocpi.objects import Session
from ocn.party.json_text import encode_json
from ocn.simulation.charging_profile import ChargingProfile
from ocn.simulation.scenes.stage import WAIT_S, Stage, check, same

LIMIT_W = Decimal(6900)


async def start_session(stage: Stage) -> str:
    """Start where there is a socket, and be refused where there is none."""
    earlier = await stage.emsp.sessions(stage.cpo.id)
    stage.earlier_sessions = frozenset(session["id"] for session in earlier)
    nowhere = await stage.to_cpo.start_session(stage.driver, stage.location_id, "NO-SUCH-EVSE")
    same("START_SESSION at no EVSE", nowhere.reply.data["result"], "REJECTED")
    check(bool(nowhere.reply.data.get("message")), "the refusal has no message")
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
    check(stage.traffic.served_count("PATCH", "sessions") > before, "no PATCH came")
    cost = second["total_cost"]["excl_vat"]
    return f"{first['kwh']} kWh, then {second['kwh']} kWh, {cost} {second['currency']}"


async def profile_set(stage: Stage) -> str:
    """A limit is set, and the charge point says that it keeps it."""
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
    """The CDR is billed, kept, read back by the CPO through its own node, and the same to the last digit."""
    receipt = await stage.cpo.cdr_receipt(stage.session_id, WAIT_S)
    check(receipt.location is not None, "the answer to the CDR has no Location")
    same("the CDR at its Location", receipt.read_back, receipt.cdr)
    check(encode_json(receipt.read_back) == encode_json(receipt.cdr), "digits of the CDR got lost")
    own_node = urlsplit(stage.cpo.node_url).netloc
    same("the host of the Location", urlsplit(receipt.location or "").netloc, own_node)
    session = await _session(stage, Decimal(-1))
    bill = receipt.cdr
    same("the energy billed", bill["total_energy"], session["kwh"])
    same("the price billed", bill["total_cost"], session["total_cost"])
    check(bill["total_cost"]["excl_vat"] > 0, "the session was free")
    return f"{bill['total_energy']} kWh, {bill['total_cost']['incl_vat']} {bill['currency']} incl. VAT, kept"


async def unlock_connector(stage: Stage) -> str:
    """These charge points cannot let go of a cable from afar, and say so."""
    pending = await stage.to_cpo.unlock_connector(stage.location_id, stage.evse_uid(), "1")
    same("the answer", pending.reply.data["result"], "NOT_SUPPORTED")
    return "NOT_SUPPORTED, as the EVSE says"


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
