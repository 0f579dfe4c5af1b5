"""Money: terms, a reserve, sessions paid while they run, a wrong CDR, a credit, one transaction for all."""

import asyncio
from decimal import Decimal
from typing import cast

from ocn.ocpi.objects import Cdr, PriceComponent, Session
from ocn.party.json_text import JsonObject
from ocn.settlement.core.amounts import units_of
from ocn.settlement.core.booking import Booking
from ocn.settlement.core.settling import Settling
from ocn.settlement.records import Case
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.play.scenes.charging import LIMIT_W
from ocn.simulation.play.scenes.settling_stage import Charged, Settled, SettlingStage, eventually
from ocn.simulation.play.scenes.stage import WAIT_S, check, same


async def agree(stage: SettlingStage) -> str:
    """The CPO proposes terms, the eMSP signs what it wants, and both keep the same."""
    terms = stage.terms
    pair = await stage.collects.propose(terms)
    kept = await stage.spends.pairs.newest(stage.emsp.id, stage.cpo.id)
    same("the terms that the eMSP keeps", kept and kept.signed.hash, pair.signed.hash)
    tick = f"a tick of {terms.tick.wh} Wh or {terms.tick.s} s"
    return f"{tick}, {terms.said(terms.reserve)} reserved, by both signed"


async def no_reserve(stage: SettlingStage) -> str:
    """Nobody charges on credit alone: the refusal names what is missing."""
    missing = (await stage.payee.authorise(stage.emsp.id)).missing
    if not missing:
        return f"{stage.terms.said(stage.terms.reserve)} are reserved since an earlier play"
    refused = await stage.to_cpo.start_session(stage.driver, stage.location_id, stage.evse_uid(), "1")
    same("START_SESSION without a reserve", refused.reply.data["result"], "REJECTED")
    said = str(refused.reply.data.get("message"))
    check(stage.terms.said(missing) in said, f"the refusal does not name the amount: {said}")
    return f"REJECTED: {stage.terms.said(missing)} are missing"


async def reserve(stage: SettlingStage) -> str:
    """The eMSP pays in what all its reserves lack, its keeper reserves, the CPO sees it on the chain."""
    wanted, paid_in = stage.terms.reserve, await stage.lacking()
    await stage.pays.pay_in(paid_in)

    async def look() -> int | None:
        state = await stage.is_paid.chain.ledger.state(stage.lane, confirmed=True)
        return state.reserve if state.reserve >= wanted else None

    reserved = await eventually("the CPO sees the reserve", look)
    return f"{stage.terms.said(paid_in)} paid in, {stage.terms.said(reserved)} reserved"


async def paid_per_tick(stage: SettlingStage) -> str:
    """The session starts now, and vouchers come while it runs."""
    await _start(stage)
    await _vouchers(stage, 3)
    session = await _session(stage)
    paid, vouchers = await stage.paid_for(stage.session_id)
    unpaid = stage.units(cast("JsonObject", session)) - paid
    check(unpaid <= _price_of_a_tick(stage), f"{stage.terms.said(unpaid)} are not paid for")
    return f"{vouchers} vouchers, {stage.terms.said(paid)} for {session['kwh']} kWh, and it goes on"


async def paid_in_full(stage: SettlingStage) -> str:
    """Stop; the CDR is verified, and the last voucher brings the session to just what it says."""
    charged = await _paid(stage, await _stop(stage))
    return f"{charged.kwh} kWh, {stage.terms.said(charged.paid)} by {charged.vouchers} vouchers, a match"


async def wrong_cdr(stage: SettlingStage) -> str:
    """Another session, whose CDR has the start fee twice: not paid, and both sides know why."""
    await _start(stage)
    await _vouchers(stage, 1)
    limited = await stage.to_cpo.set_charging_profile(
        stage.session_id,
        {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": LIMIT_W}]},
    )
    same("the charging profile", (await limited.result(WAIT_S))["result"], "ACCEPTED")
    before = (await _session(stage))["kwh"]
    await _session(stage, before + Decimal("0.2"))
    stage.cpo.operations.bills.misbilling = Misbilling.FLAT_REPEATED
    try:
        cdr = await _stop(stage)
    finally:
        stage.cpo.operations.bills.misbilling = None

    async def look() -> tuple[Case, Case] | None:
        found = [
            [case for case in await purse.store.cases() if case.cdr_id == cdr["id"]]
            for purse in (stage.pays, stage.is_paid)
        ]
        return (found[0][0], found[1][0]) if all(found) else None

    ours, theirs = await eventually("both have a case", look)
    same("the evidence that the CPO has", theirs.evidence, ours.evidence)
    check(bool(ours.evidence), "the case has no evidence")
    check("FLAT_REPEATED" in ours.detail, f"the case does not say why: {ours.detail}")
    asked, (paid, _) = stage.units(cast("JsonObject", cdr)), await stage.paid_for(stage.session_id)
    check(paid < asked, "a wrong CDR was paid")
    return (
        f"case {ours.id}: {stage.terms.said(asked)} is FLAT_REPEATED; {stage.terms.said(paid)} paid by tick"
    )


async def right_cdr(stage: SettlingStage) -> str:
    """The wrong CDR is taken back by a credit CDR, and another one is paid."""
    credit = (await stage.cpo.credit(stage.session_id)).cdr
    charged = await _paid(stage, (await stage.cpo.charge_again(stage.session_id)).cdr)
    paid = f"{stage.terms.said(charged.paid)} by {charged.vouchers} vouchers"
    return f"{credit['id'][:12]}..-C, then {paid}, a match"


async def credited(stage: SettlingStage) -> str:
    """A session is paid, and given back: a voucher on the lane of the other direction."""
    await _start(stage)
    await _vouchers(stage, 1)
    charged = await _paid(stage, await _stop(stage))
    before = await _signed(stage, back=True)
    await stage.cpo.credit(stage.session_id)

    async def look() -> int | None:
        signed = await _signed(stage, back=True)
        return signed if signed > before else None

    charged.credited = await eventually("the eMSP has the credit", look) - before
    same("the credit", charged.credited, charged.paid)
    return f"{stage.terms.said(charged.paid)} paid for {charged.kwh} kWh, and given back"


async def set_off(stage: SettlingStage) -> str:
    """The eMSP promises on chain that what it is given back stays for the CPO, which counts one figure."""
    paid = sum(session.paid for session in stage.sessions)
    given_back = sum(session.credited for session in stage.sessions)
    await stage.pays.chain.keeper.set_off(stage.lane.opposite)

    async def look() -> bool | None:
        return (await stage.is_paid.chain.ledger.state(stage.lane.opposite)).set_off or None

    await eventually("the CPO sees the promise", look)
    pair = await stage.collects.pairs.on(stage.emsp.id, stage.cpo.id, stage.lane)
    owed = (await stage.payee.exposure(pair)).owed
    same("what the CPO counts as owed", owed, paid - given_back)
    return f"{stage.terms.said(paid)} owed less {stage.terms.said(given_back)} is {stage.terms.said(owed)}"


async def one_transaction(stage: SettlingStage) -> str:
    """One transaction for all sessions: what is owed less what was credited moves, to the last unit."""
    paid = sum(session.paid for session in stage.sessions)
    given_back = sum(session.credited for session in stage.sessions)
    payer, payee = await stage.wealth()
    same("what is sent", await stage.payee.settle_now(stage.emsp.id), Settling.NET)
    async with asyncio.timeout(WAIT_S):
        await stage.is_paid.chain.keeper.at_rest()
        await stage.is_paid.chain.index.caught_up()
        await stage.pays.chain.index.caught_up()
    there, back = await stage.vouchers(stage.lane), await stage.vouchers(stage.lane.opposite)
    for lane, entries in ((stage.lane, there), (stage.lane.opposite, back)):
        state = await stage.pays.chain.ledger.state(lane, confirmed=True)
        same("what is claimed", state.claimed, entries[-1].cumulative)
    same("what both have now", await stage.wealth(), (payer - paid + given_back, payee + paid - given_back))
    claimed_before = there[-1].cumulative - paid
    (moved,) = await stage.pays.chain.ledger.settlements(stage.lane, claimed_before)
    same("what the transaction claims", moved.amount, paid)
    receipt = await stage.pays.network.chain.receipt(moved.transaction)
    gas = receipt.gas_used if receipt is not None else 0
    stage.settled = Settled(moved.transaction, gas, paid, given_back)
    said = stage.terms.said(paid - given_back)
    return f"{said} for {len(stage.sessions)} sessions, {gas // len(stage.sessions)} gas each"


async def books(stage: SettlingStage) -> str:
    """Both sides book the same under the same invoice."""
    transaction = stage.settled.transaction if stage.settled is not None else ""

    async def look() -> list[Booking] | None:
        kept = [await purse.store.bookings(stage.lane) for purse in (stage.pays, stage.is_paid)]
        last = [bookings[-1] for bookings in kept if bookings]
        done = [booking for booking in last if booking.settlement.transaction == transaction]
        return done if len(done) == len(kept) else None

    ours, theirs = await eventually("both have booked", look)
    same("the CPO's booking", theirs, ours)
    same("the sessions booked", dict(ours.sessions), {each.session_id: each.paid for each in stage.sessions})
    check(bool(ours.cdrs), "no CDR was booked")
    return f"{len(ours.cdrs)} CDRs under invoice {ours.invoice_id[:21]}..."


async def _start(stage: SettlingStage) -> None:
    known = {session["id"] for session in await stage.emsp.sessions(stage.cpo.id)}
    reference = await stage.emsp.reference(stage.cpo.id, stage.driver["uid"])
    pending = await stage.to_cpo.start_session(
        stage.driver, stage.location_id, stage.evse_uid(), "1", authorization_reference=reference
    )
    same("the answer", pending.reply.data["result"], "ACCEPTED")
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    session = await stage.emsp.session_where(stage.cpo.id, lambda s: s["id"] not in known, WAIT_S)
    stage.session_id = session["id"]


async def _stop(stage: SettlingStage) -> Cdr:
    pending = await stage.to_cpo.stop_session(stage.session_id)
    same("the result", (await pending.result(WAIT_S))["result"], "ACCEPTED")
    return (await stage.cpo.cdr_receipt(stage.session_id, WAIT_S)).cdr


async def _paid(stage: SettlingStage, cdr: Cdr) -> Charged:
    """Wait until a CDR is paid, and look whether it is paid to the last unit."""
    session_id, cpo = stage.session_id, stage.cpo.id

    async def look() -> bool | None:
        book = (await stage.pays.store.books(cpo, [session_id])).get(session_id)
        return True if book is not None and book.cdr_id == cdr["id"] else None

    await eventually("the CDR is paid", look)
    paid, vouchers = await stage.paid_for(session_id)
    same("what was paid", paid, stage.units(cast("JsonObject", cdr)))
    price = cdr["total_cost"].get("incl_vat", cdr["total_cost"]["excl_vat"])
    charged = Charged(session_id, Decimal(cdr["total_energy"]), Decimal(price), paid, vouchers)
    stage.sessions.append(charged)
    return charged


async def _vouchers(stage: SettlingStage, least: int) -> None:
    async def look() -> int | None:
        _, vouchers = await stage.paid_for(stage.session_id)
        return vouchers if vouchers >= least else None

    await eventually(f"{least} vouchers while the session runs", look)


async def _session(stage: SettlingStage, more_than: Decimal = Decimal(-1)) -> Session:
    return await stage.emsp.session_where(
        stage.cpo.id, lambda s: s["id"] == stage.session_id and s["kwh"] > more_than, WAIT_S
    )


def _price_of_a_tick(stage: SettlingStage) -> int:
    """What the energy of a tick costs at most here, VAT included, if it begins another step."""
    return max(
        units_of(_with_vat(component, stage.terms.tick.wh), decimals=stage.terms.decimals)
        for element in stage.fleet.tariffs[0]["elements"]
        for component in element["price_components"]
        if component["type"] == "ENERGY"
    )


def _with_vat(energy: PriceComponent, wh: int) -> Decimal:
    per_kwh = Decimal(energy["price"]) * (1 + Decimal(energy["vat"]) / 100)
    return per_kwh * max(wh, int(energy["step_size"])) / 1000


async def _signed(stage: SettlingStage, *, back: bool) -> int:
    entries = await stage.vouchers(stage.lane.opposite if back else stage.lane)
    return entries[-1].cumulative if entries else 0
