"""A payer whose database is gone, over both kinds of database: what it paid before is not paid again."""

from collections.abc import Callable

from tests.unit.settlement.world import CPO, EMSP, LANE, world

from ocn.settlement.core.reasons import Reason
from ocn.settlement.storage import open_store


async def test_payer_on_a_new_database_pays_what_began_after_it_and_leaves_the_rest_to_people(
    new_store_url: Callable[[], str],
) -> None:
    before, after = await open_store(new_store_url()), await open_store(new_store_url())
    async with world(payer_store=before) as here:
        await here.agree()
        await here.payer.step()
        await here.charge("S1", "0.5")
        await here.payee.step()
        await here.collect.settle_now(EMSP)
        here.payer_store = after
        here.restart_payer()
        await here.payer.pairs.began()
        await here.lose_payee()
        here.clock.pass_(60)
        await here.agree()
        await here.charge("S1", "0.9")
        await here.charge("S2", "0.5")
        await here.payee.step()
        assert await here.owed() == 400_000
        (case,) = await after.cases()
        assert (case.session_id, case.reason) == ("S1", Reason.BEFORE_BOOKS)
        here.restart_payer()
        here.restart_payee()
        await here.charge("S1", "1.1")
        await here.charge("S2", "0.9")
        await here.payee.step()
        last = await after.last(LANE)
        assert last is not None
        assert last.entry.cumulative == await here.owed() == 560_000
        assert set(await after.books(CPO, ["S1", "S2"])) == {"S2"}
    await before.close()
    await after.close()
