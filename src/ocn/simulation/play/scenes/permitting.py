"""Before charging: may this driver, and is there a place kept."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ocn.ocpi.statuses import Status
from ocn.party.errors import RequestFailed
from ocn.simulation.errors import StepFailed
from ocn.simulation.play.scenes.stage import WAIT_S, Stage, check, same


async def tokens_put(stage: Stage) -> str:
    """The hub learns whose tokens these are, and tells every CPO."""
    told = stage.emsp.tokens
    for token in told:
        await stage.emsp.to(stage.emsp.hub).put_token(token)
    for token in told:
        await stage.cpo.told_of_token(stage.emsp.id, token["uid"], WAIT_S)
    read_back = (await stage.to_cpo.get_stored_token(told[0]["uid"])).data
    same("the token that the CPO keeps", read_back, told[0])
    return f"{len(told)} tokens told to the hub, and by it to every CPO; read back as they were"


async def authorisation(stage: Stage) -> str:
    """A card that may, one that may not, one that nobody knows."""
    place = stage.location_id, stage.evse_uid()
    emsp, good, blocked = stage.emsp.id, stage.driver, stage.emsp.tokens[-1]
    info = (await stage.cpo.card_held_to(emsp, good["uid"], *place)).data
    same("a valid card", info["allowed"], "ALLOWED")
    same("the token told", info["token"], good)
    check(stage.is_old or bool(info.get("authorization_reference")), "there is no authorization_reference")
    info = (await stage.cpo.card_held_to(emsp, blocked["uid"], *place)).data
    same("a blocked card", info["allowed"], "BLOCKED")
    try:
        await stage.cpo.card_held_to(emsp, "00000000000", *place)
    except RequestFailed as error:
        # 2.1.1 names nobody: the hub does not know either whose card this is
        unknown = Status.SERVER_ERROR if stage.is_old else Status.UNKNOWN_TOKEN
        same("the status for an unknown card", error.status_code, int(unknown))
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
    stage.says_why(refused.reply.data)
    stage.reservation_id = reservation
    return f"{evse_uid} until {until:%H:%M}, another driver refused"


async def cancel_reservation(stage: Stage) -> str:
    """Give it up: the EVSE is free again."""
    pending = await stage.to_cpo.cancel_reservation(stage.reservation_id)
    if stage.is_old:
        same("the answer", pending.reply.data["result"], "NOT_SUPPORTED")
        return "NOT_SUPPORTED: OCPI 2.1.1 has no such command, so the place stays kept for its driver"
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    same("the EVSE", await stage.status_of(stage.evse_uid()), "AVAILABLE")
    again = await stage.to_cpo.cancel_reservation(stage.reservation_id)
    same("cancelling twice", again.reply.data["result"], "REJECTED")
    return "free again"
