"""The whole way of a session: agreed, authorised, paid per tick, billed, credited, settled, booked."""

from tests.unit.settlement.world import CPO, EMSP, EUR, LANE, World


async def test_session_is_paid_per_tick_and_its_cdr_pays_the_rest(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    await here.payee.step()
    assert await here.owed() == 120_000
    await here.charge(kwh="0.6")
    await here.payee.step()
    assert await here.owed() == 240_000
    await here.bill(kwh="0.7")
    await here.payee.step()
    assert await here.owed() == 280_000
    assert here.chargers.told == []
    book = (await here.payer.house.store.books(CPO, ["S1"]))["S1"]
    assert (book.settled, book.cdr_id) == (280_000, "CDR-S1")
    assert (await here.payee.house.store.books(CPO, ["S1"]))["S1"].settled == 280_000


async def test_one_voucher_covers_all_running_sessions(here: World) -> None:
    await here.agree()
    for n in range(50):
        await here.charge(f"S{n}", "0.1")
    await here.payee.step()
    last = await here.payee.house.store.last(LANE)
    assert last is not None
    assert (last.entry.number, len(last.entry.leaves)) == (1, 50)
    assert await here.owed() == 50 * 40_000


async def test_cdr_below_its_ticks_gives_the_difference_back(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    await here.bill(kwh="0.399")
    await here.payee.step()
    assert (await here.owed(), await here.credited()) == (160_000, 400)
    assert (await here.payer.house.store.books(CPO, ["S1"]))["S1"].settled == 159_600


async def test_credit_cdr_gives_back_everything_and_a_new_cdr_is_paid(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.444")
    await here.payee.step()
    wrong = await here.bill(kwh="0.444")
    await here.payee.step()
    credit = here.credit_of(wrong)
    await here.collect.credit(credit)
    await here.collect.credit(credit)
    await here.bill(kwh="0.444", cost="0.17", cdr_id="CDR-2")
    await here.payee.step()
    # 0.17 is 0.1776 rounded down, which both accept
    assert (await here.owed(), await here.credited()) == (177_600 + 170_000, 177_600)
    book = (await here.payer.house.store.books(CPO, ["S1"]))["S1"]
    assert (book.settled, book.cdr_id) == (170_000, "CDR-2")


async def test_wrong_cdr_is_not_paid_and_opens_a_case_on_both_sides(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    wrong = await here.bill(kwh="0.4", cost="0.55")
    await here.payee.step()
    assert await here.owed() == 160_000
    (theirs,) = await here.payer.house.store.cases()
    (ours,) = await here.payee.house.store.cases()
    assert theirs.id == ours.id
    assert theirs.evidence == ours.evidence != b""
    assert "mismatch: UNEXPLAINED" in ours.detail
    await here.collect.credit(here.credit_of(wrong))
    await here.bill(kwh="0.4", cdr_id="CDR-2")
    await here.payee.step()
    assert await here.owed() == 160_000
    assert await here.payer.house.store.cases() == []
    assert await here.payee.house.store.cases() == []


async def test_claim_settles_everything_and_is_booked_by_both(here: World) -> None:
    await here.agree()
    await here.payer.step()
    before = here.chain.total()
    for n in range(3):
        await here.charge(f"S{n}", "0.5")
    await here.payee.step()
    for n in range(3):
        await here.bill(f"S{n}", "0.6")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    assert (await here.chain.state(LANE)).claimed == 720_000
    assert here.chain.free[LANE.payee] == 720_000
    assert here.chain.total() == before == 100 * EUR
    for side in (here.payee, here.payer):
        await side.step()
        (booking,) = await side.house.store.bookings(LANE)
        assert booking.cdrs == ("CDR-S0", "CDR-S1", "CDR-S2")
        assert booking.sessions == (("S0", 240_000), ("S1", 240_000), ("S2", 240_000))
        assert booking.unassigned == 0


async def test_net_sets_credits_off_without_paying_them_out(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.5")
    await here.payee.step()
    cdr = await here.bill(kwh="0.5")
    await here.charge("S2", kwh="0.5")
    await here.payee.step()
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    assert [kind for kind, _, _ in here.chain.transactions] == ["net", "net"]
    assert (await here.chain.state(LANE)).claimed == 400_000
    assert (await here.chain.state(LANE.opposite)).claimed == 200_000
    assert here.chain.free[LANE.payee] == 200_000


async def test_parties_without_terms_settle_nothing(here: World) -> None:
    session = here.session()
    assert not await here.collect.report(session)
    assert not await here.collect.finish(here.cdr())
    assert (await here.collect.authorise(EMSP)).allowed
    await here.payee.step()
    assert await here.owed() == 0
