"""Before charging: may this driver, and is there a place kept."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ocn.ocpi.statuses import Status
from ocn.party.errors import RequestFailed
from ocn.simulation.errors import StepFailed
from ocn.simulation.scenes.stage import WAIT_S, Stage, check, same


async def authorisation(stage: Stage) -> str:
    """A card that may, one that may not, one that nobody knows."""
    place = stage.location_id, stage.evse_uid()
    emsp, good, blocked = stage.emsp.id, stage.driver, stage.emsp.tokens[-1]
    info = (await stage.cpo.card_held_to(emsp, good["uid"], *place)).data
    same("a valid card", info["allowed"], "ALLOWED")
    same("the token told", info["token"], good)
    check(bool(info.get("authorization_reference")), "there is no authorization_reference")
    info = (await stage.cpo.card_held_to(emsp, blocked["uid"], *place)).data
    same("a blocked card", info["allowed"], "BLOCKED")
    try:
        await stage.cpo.card_held_to(emsp, "00000000000", *place)
    except RequestFailed as error:
        same("the status for an unknown card", error.status_code, int(Status.UNKNOWN_TOKEN))
    else:
        raise StepFailed("a card that nobody knows was not refused")
    return "ALLOWED, BLOCKED, unknown"


async def reserve_now(stage: Stage) -> str:
    """Keep an EVSE for one driver; another is turned away."""
    evse_uid = stage.evse_uid()
    until = datetime.now(UTC) + timedelta(minutes=30)
    reservation = f"R-{uuid4().hex[:12]}"
    pending = await stage.to_cpo.reserve_now(stage.driver, reservation, until, stage.location_id, evse_uid)
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    same("the EVSE", await stage.status_of(evse_uid), "RESERVED")
    other = stage.emsp.tokens[1]
    refused = await stage.to_cpo.start_session(other, stage.location_id, evse_uid)
    same("another driver's START_SESSION", refused.reply.data["result"], "REJECTED")
    check(bool(refused.reply.data.get("message")), "the refusal has no message")
    stage.reservation_id = reservation
    return f"{evse_uid} until {until:%H:%M}, another driver refused"


async def cancel_reservation(stage: Stage) -> str:
    """Give it up: the EVSE is free again."""
    pending = await stage.to_cpo.cancel_reservation(stage.reservation_id)
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    same("the EVSE", await stage.status_of(stage.evse_uid()), "AVAILABLE")
    again = await stage.to_cpo.cancel_reservation(stage.reservation_id)
    same("cancelling twice", again.reply.data["result"], "REJECTED")
    return "free again"
