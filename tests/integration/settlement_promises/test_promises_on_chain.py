"""What terms promise, made true on the embedded chain by two services that talk to each other."""

from tests.integration.settlement_promises.two_services import ARBITER, ONE, Two, until


async def test_set_off_is_promised_by_both_and_known_to_both(both: Two) -> None:
    there = both.terms(both.one, both.two)
    lanes = there.lane, there.lane.opposite
    await both.one.settlement.propose(there)
    await both.two.settlement.propose(both.terms(both.two, both.one))

    async def promised() -> bool:
        states = [await side.chain.ledger.state(lane) for side in (both.one, both.two) for lane in lanes]
        return all(state.set_off for state in states)

    await until(promised)


async def test_time_to_dispute_is_agreed_by_both_vaults_and_ended(both: Two) -> None:
    held = both.terms(both.one, both.two, hold_back_h=24, arbiter=ARBITER)
    await both.one.settlement.propose(held)
    assert "back not at all" in (await both.two.collect.authorise(ONE)).why

    async def holds() -> bool:
        state = await both.two.chain.ledger.state(held.lane)
        return (state.window_s, state.arbiter) == (86_400, ARBITER)

    await until(holds)
    assert (await both.two.collect.authorise(ONE)).allowed
