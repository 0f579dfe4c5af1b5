"""A payer that wants energy without paying, a payee that wants money without energy, and what stops them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.unit.settlement.service.test_bad_input import credit, paid, send
from tests.unit.settlement.world import (
    CARD,
    CPO,
    EMSP,
    EMSP_KEY,
    EUR,
    LANE,
    NOON,
    TARIFF,
    World,
    make_terms,
)

from ocn.ocpi.party_id import PartyId
from ocn.party import Answer, Request
from ocn.party.json_text import JsonObject
from ocn.settlement.core.booking import Booking
from ocn.settlement.core.books import CdrState
from ocn.settlement.core.evidence import Kind, Leaf, extend
from ocn.settlement.core.lane import Exit
from ocn.settlement.core.reasons import Reason
from ocn.settlement.core.settling import SettlePolicy
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.protocol.content import wrapped
from ocn.settlement.protocol.vouchers import opened_object, shown_object
from ocn.settlement.records import Outcome, Recorded
from ocn.settlement.service.payee import Payee
from ocn.settlement.service.settlement import Settlement


async def answered_with(here: World, *leaves: Leaf) -> None:
    """Let the payer answer the next request with a voucher of these leaves, and sign nothing else."""
    held = await here.payee_store.last(LANE)
    entry = extend(held.head, leaves, b"\x05" * 32) if held else None
    assert entry is not None
    signed = sign_voucher(EMSP_KEY, LANE, entry.cumulative, entry.evidence)
    voucher = Recorded(LANE, entry, signed.signature, NOON)
    honest = here.payer.module

    async def module(request: Request) -> Answer:
        if request.path != ("requests",):
            return await honest(request)
        answer = {
            "state": {"lane": LANE.key, "there": shown_object(voucher), "back": None},
            "judged": True,
            "vouchers": [opened_object(voucher)],
            "refused": [],
        }
        return Answer(wrapped(answer))

    here.payer.module = module  # type: ignore[assignment]  # stands in for it


def leaf(
    kind: Kind, amount: int, *, cdr_id: str = "CDR-S1", wh: int = 0, document: bytes = b"\1" * 32
) -> Leaf:
    return Leaf(kind, CPO, "S1", "S1" if kind is Kind.TICK else cdr_id, amount, wh, document)


# ---- a payer that wants energy without paying


async def test_voucher_that_accepts_a_cdr_nobody_billed_does_not_end_the_session(here: World) -> None:
    await paid(here)
    await answered_with(here, leaf(Kind.CDR, 0))
    for kwh in ("0.8", "1.1", "1.4"):
        await here.charge(kwh=kwh)
        await here.payee.step()
        here.clock.pass_(10)
    await here.payee.step()
    assert here.chargers.told == [("stop", "S1")]


async def test_voucher_that_accepts_a_cdr_without_paying_it_leaves_the_bill_open(here: World) -> None:
    await paid(here)
    here.faults.deaf = True
    await here.bill(kwh="1.5")
    await here.payee.step()
    here.faults.deaf = False
    billed = (await here.payee_store.cdrs(CPO, ["CDR-S1"]))["CDR-S1"]
    await answered_with(here, leaf(Kind.CDR, 0, document=billed.document))
    here.clock.pass_(20)
    await here.payee.step()
    assert (await here.payee_store.cdrs(CPO, ["CDR-S1"]))["CDR-S1"].state is CdrState.OPEN


async def test_voucher_with_energy_beyond_all_bounds_does_not_end_settlement(here: World) -> None:
    await paid(here)
    await answered_with(here, *(leaf(Kind.TICK, 1, wh=2**53 - 1) for _ in range(1100)))
    await here.charge(kwh="0.8")
    await here.payee.step()
    assert await here.owed() == 200_000


async def test_key_of_the_vouchers_removed_on_chain_is_claimed_for_and_trusted_no_more(here: World) -> None:
    """After the notice, vouchers of that key are worth nothing, those signed meanwhile as well."""
    await here.payer.step()
    await paid(here)
    assert here.chargers.told == []
    here.chain.removed.add(EMSP_KEY.address)
    await here.charge(kwh="0.8")
    await here.payee.step()
    assert (await here.chain.state(LANE)).claimed >= 200_000
    assert here.chargers.told == [("hold", "S1")]
    assert not (await here.collect.authorise(EMSP)).allowed


async def test_payee_from_an_old_backup_delivers_nothing_for_vouchers_below_what_was_cashed(
    here: World,
) -> None:
    """A payer that sees so could sign the same totals again, for energy of today."""
    await paid(here)
    here.chain.lanes[LANE] = replace(await here.chain.state(LANE), claimed=900_000)
    await here.charge(kwh="0.8")
    await here.payee.step()
    assert here.chargers.told == [("hold", "S1")]
    authorisation = await here.collect.authorise(EMSP)
    assert not authorisation.allowed


@pytest.mark.parametrize(("hours", "claims"), [(24, 1), (0, 5)])
async def test_reserve_about_to_leave_is_claimed_for_at_once_and_not_at_every_tick(
    here: World, hours: int, claims: int
) -> None:
    """Gas is the payee's: a payer that announces and stays would have it burnt."""
    await paid(here)
    await here.payer.step()
    ready_at = here.clock.now + timedelta(hours=hours, minutes=5)
    here.chain.leave(LANE, Exit(10 * EUR, ready_at))
    for n in range(5):
        await here.payee.step()
        await here.charge(kwh=f"0.{n + 6}")
        await here.payee.step()
    assert len(here.chain.transactions) == claims


async def test_leaves_that_say_nothing_are_refused(here: World) -> None:
    """They would cost the payer nothing, and fill the payee's database."""
    await paid(here)
    await answered_with(here, *(leaf(Kind.TICK, 0) for _ in range(2000)))
    await here.charge(kwh="0.8")
    await here.payee.step()
    last = await here.payee_store.last(LANE)
    assert last is not None
    assert last.entry.number == 1


async def test_payer_that_is_slow_on_purpose_holds_up_no_command(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may say for hours, and always in time, that the payee should show it one thing more."""
    await paid(here)
    told: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(here.chargers, "_note", lambda word, _: told.put_nowait(word))
    monkeypatch.setattr("ocn.settlement.service.collecting._PROMPT_S", 0.001)
    honest = here.payer.module

    async def module(request: Request) -> Answer:
        for word in ("hold", "stop"):
            here.clock.pass_(20)
            assert await told.get() == word
        return await honest(request)

    here.payer.module = module  # type: ignore[assignment]  # stands in for it
    await here.charge(kwh="0.8")
    async with asyncio.timeout(30):
        await here.payee.step()


# ---- a payee that wants money without energy


async def test_credit_of_more_than_was_paid_is_refused(here: World) -> None:
    """It would be paid again with the next bill, and the vault that gives it may be empty."""
    _, shown = await paid(here)
    reply = await send(here, shown, opened_object(credit(amount=50 * EUR)))
    assert reply.status_code == 2001
    await here.bill(kwh="0.5")
    await here.payee.step()
    assert await here.owed() == 200_000


async def test_session_is_not_paid_again_while_its_credit_is_a_promise_alone(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vault with nothing in it signs credits without end, and its keeper claims before anybody nets."""

    async def nothing(*_: object) -> None:
        return

    monkeypatch.setattr(here.chain, "net", lambda voucher, _: here.chain.claim(voucher))
    monkeypatch.setattr(here.chain, "reserve", nothing)
    await here.agree(unsecured=EUR // 2)
    await here.charge(kwh="1.0")
    await here.payee.step()
    cdr = await here.bill(kwh="1.0")
    await here.payee.step()
    for n in range(5):
        await here.collect.credit(here.credit_of(cdr))
        cdr = await here.bill(kwh="1.0", cdr_id=f"CDR-{n}")
        here.clock.pass_(20)
        await here.payee.step()
    assert await here.owed() == 2 * 400_000
    assert await here.credited() == 2 * 400_000


@pytest.mark.parametrize("claimed", [False, True])
async def test_credit_beyond_what_is_unsecured_is_made_good_and_the_session_paid_again(
    here: World, claimed: bool
) -> None:
    """By netting while there is something to net, by a reserve for the payer else."""
    await here.agree(unsecured=EUR // 10)
    await here.payer.step()
    await here.charge(kwh="1.0")
    await here.payee.step()
    cdr = await here.bill(kwh="1.0")
    await here.payee.step()
    if claimed:
        await here.collect.settle_now(EMSP)
    await here.collect.credit(here.credit_of(cdr))
    await here.bill(kwh="1.0", cdr_id="CDR-2")
    await here.payee.step()
    assert await here.owed() == 400_000
    here.clock.pass_(10)
    await here.payee.step()
    assert (await here.owed(), await here.credited()) == (800_000, 400_000)
    back = await here.chain.state(LANE.opposite)
    assert (back.reserve, back.claimed) == ((400_000, 0) if claimed else (0, 400_000))


async def test_credits_are_claimed_by_the_payer_where_the_payee_does_not_net_them(here: World) -> None:
    """A payee that claims what it is owed, and leaves what it owes."""
    here.settle_credits = SettlePolicy(threshold=100_000)
    here.restart_payer()
    await here.agree()
    await here.payer.step()
    await here.charge(kwh="1.0")
    await here.payee.step()
    cdr = await here.bill(kwh="1.0")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    before = here.chain.free[EMSP_KEY.address]
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    await here.payer.step()
    assert (await here.chain.state(LANE.opposite)).claimed == 400_000
    reserved = (await here.chain.state(LANE)).reserve
    assert here.chain.free[EMSP_KEY.address] + reserved == before + 10 * EUR - 400_000 + 400_000


class Issuer:
    """An eMSP that knows its drivers."""

    async def charges(self, owner: PartyId, session: JsonObject) -> bool:
        return owner == CPO and session["cdr_token"]["uid"] == CARD["uid"]


@pytest.mark.parametrize(
    "card",
    [CARD | {"uid": "INVENTED"}, {"uid": "OF-ANOTHER", "type": "RFID", "contract_id": "FR-XXX-1"}],
    ids=["never issued", "issuer left out"],
)
async def test_session_that_the_back_end_does_not_stand_for_is_not_paid(
    here: World, card: dict[str, str]
) -> None:
    here.drivers = Issuer()
    here.restart_payer()
    await here.agree()
    session = here.session("S2", "0.5", cdr_token=card)
    await here.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
    await here.collect.report(session, EMSP)
    await here.charge("S1", "0.5")
    await here.payee.step()
    assert await here.owed() == 200_000
    assert here.chargers.told == [("stop", "S2")]


async def test_tariff_raised_after_the_session_began_does_not_price_it(here: World) -> None:
    await here.agree()
    await here.cpo.client.to(EMSP).put_session(here.session("S1", "0.1"))  # type: ignore[arg-type]  # plain JSON
    component = {"type": "ENERGY", "price": Decimal(40), "step_size": 1}
    dear = TARIFF | {"elements": [{"price_components": [component]}]}
    await here.emsp_storage.put("tariffs", CPO, "T1", dear)
    here.clock.pass_(600)
    await here.bill("S1", "0.5", cost="20")
    await here.payee.step()
    assert await here.owed() == 0
    (case,) = await here.payer_store.cases()
    assert case.reason is Reason.VERDICT


async def test_terms_that_ran_out_do_not_turn_into_credit(here: World) -> None:
    await here.agree(valid_until=here.clock.now + timedelta(hours=1))
    assert (await here.collect.authorise(EMSP)).missing > 0
    here.clock.pass_(7200)
    refused = await here.collect.authorise(EMSP)
    assert not refused.allowed
    assert "ran out" in refused.why
    await here.agree(number=2)
    assert (await here.collect.authorise(EMSP)).allowed


async def test_books_are_kept_though_the_back_end_fails_when_told(here: World) -> None:
    told: list[str] = []

    async def booked(booking: Booking) -> None:
        told.append(booking.invoice_id)
        raise RuntimeError("the back end is broken")

    await paid(here)
    await here.collect.settle_now(EMSP)
    settlement = Settlement(
        here.payee.house, payee=Payee(here.chargers, here.settle), booked=booked, housekeeping_s=0
    )
    async with settlement.running(here.cpo.client):
        while not told:
            await asyncio.sleep(0)
        await here.charge("S2", "0.4")
        await here.payee.step()
        await here.collect.settle_now(EMSP)
        while len(told) < 2:
            await asyncio.sleep(0)


async def test_ticks_below_the_floor_are_neither_asked_for_nor_paid_and_the_cdr_is(here: World) -> None:
    await here.agree(floor=50_000)
    await here.charge("S1", "0.1")
    await here.payee.step()
    assert await here.owed() == 0
    assert here.chargers.told == []
    await here.bill("S1", "0.1")
    await here.payee.step()
    assert await here.owed() == 40_000


async def test_payee_that_asks_for_every_unit_is_refused_until_the_floor_is_reached(here: World) -> None:
    await here.agree(floor=50_000)
    pair = await here.payee.pairs.on(EMSP, CPO, LANE)
    pair.keep(replace(pair.signed, terms=make_terms()))  # it goes by terms of its own
    await here.charge("S1", "0.1")
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 0
    running = here.collect._collecting[LANE].deliveries.get("S1")
    assert running is not None
    assert running.delivery.refused is not None
    assert running.delivery.refused.reason is Reason.TOO_LITTLE
    assert await here.payer_store.cases() == []
    await here.charge("S1", "0.2")
    await here.payee.step()
    assert await here.owed() == 80_000


@pytest.mark.parametrize(
    "leaf",
    [
        Leaf(Kind.TICK, CPO, "S1", "S1", 1, 0, bytes(32), bytes(32)),
        Leaf(Kind.CDR, CPO, "S7", "CDR7", 1, 0, bytes(32), bytes(32)),
        Leaf(Kind.CDR, CPO, "S7", "CDR7", 0, 0, bytes(32), bytes(32)),
    ],
    ids=["tick", "cdr", "cdr for nothing"],
)
async def test_payer_that_fills_the_log_with_next_to_nothing_is_refused(here: World, leaf: Leaf) -> None:
    await here.agree(floor=50_000)
    await here.charge("S1", "0.5")
    await here.payee.step()
    await here.charge("S1", "0.8")
    await answered_with(here, leaf)
    await here.payee.step()
    assert await here.owed() == 200_000


async def test_cdr_whose_signed_meter_values_the_back_end_does_not_take_is_a_case_for_people(
    here: World,
) -> None:
    class Verifying:
        async def objection(self, owner: PartyId, cdr: JsonObject) -> str:
            return "" if cdr.get("signed_data") == "good" else "the begin of the transaction is not signed"

    here.meters = Verifying()
    here.restart_payer()
    await here.agree()
    await here.bill("S1", "0.5", signed_data="good")
    await here.bill("S2", "0.5", signed_data="bad")
    await here.payee.step()
    assert await here.owed() == 200_000
    (case,) = await here.payer_store.cases()
    assert (case.reason, case.detail) == (Reason.METER_REFUSED, "the begin of the transaction is not signed")
    await here.payer_store.close_case(EMSP, case.id, Outcome.APPROVED, "seen", here.clock.now)
    here.clock.pass_(3601)
    await here.payee.step()
    assert await here.owed() == 400_000
