"""Whatever is done in whatever order, Lanes is what the model is, and the invariants hold.

The numbers are those of the list in docs/explanation/settlement-threat-model.md. Those that need a situation
of their own (4, 5, 8 to 11, 14, 15) are in test_lanes_invariants, test_lanes_claims and test_lanes_tokens.
"""

import os

import pytest
from contracts.tests.lanes_books import Line
from contracts.tests.lanes_machine import PARTIES, START, LanesMachine
from contracts.tests.market import DAY, GREATEST, KEY
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant


class Machine(LanesMachine):
    @invariant()
    def invariant_1_contract_has_what_it_owes(self) -> None:
        for token in (self.market.euro, self.market.franc):
            at = token.address
            owed = sum(free for (_, of), free in self.books.free.items() if of == at)
            lanes = [line for key, line in self.books.lanes.items() if key[2] == at]
            owed += sum(line.reserved + line.held + line.disputed for line in lanes)
            assert token.read("balanceOf", self.market.lanes.address) == owed

    @invariant()
    def invariant_2_claimed_never_falls_and_stays_below_what_was_signed(self) -> None:
        for key, line in self.books.lanes.items():
            assert line.claimed >= self.before.lanes[key].claimed
            signed = [
                v.signed[0]
                for v in self.vouchers
                if v.key == key
                and (v.signer.address == key[0] or (key[0], v.signer.address) in self.ever_keys)
            ]
            assert line.claimed <= max(signed, default=0)

    @invariant()
    def invariant_3_nobody_gains_or_loses_but_by_claims(self) -> None:
        for who in PARTIES:
            for token in (self.market.euro, self.market.franc):
                at = who.address, token.address
                has = self.wallets[at] + self.books.free[at]
                expected = START + self.returned.get(at, 0)
                for (payer, payee, of), line in self.books.lanes.items():
                    if of == token.address and payer == who.address:
                        has += line.reserved
                        expected -= line.claimed
                    if of == token.address and payee == who.address:
                        has += line.held + line.disputed
                        expected += line.claimed
                assert has == expected

    @invariant()
    def invariant_7_reserve_falls_by_its_payee_or_a_release_after_the_delay(self) -> None:
        for key, line in self.books.lanes.items():
            fell = self.before.lanes[key].reserved - line.reserved
            if fell <= 0:
                continue
            assert self.done.function in {"claim", "claimOne", "net", "returnReserve", "release"}
            if self.done.function == "release":
                amount, since = self.announced[key]
                assert fell <= amount
                assert self.market.evm.now - since >= DAY

    @invariant()
    def invariant_12_other_lanes_and_tokens_stay_as_they_are(self) -> None:
        for key, line in self.books.lanes.items():
            assert key in self.done.lanes or line == self.before.lanes[key]
        for at, free in self.books.free.items():
            assert at in self.done.free or free == self.before.free[at]

    @invariant()
    def invariant_13_amounts_stay_within_their_bits(self) -> None:
        for line in self.books.lanes.values():
            assert 0 <= line.exit <= line.reserved <= GREATEST
            assert 0 <= line.claimed <= GREATEST
            assert min(line.held, line.disputed) >= 0
            assert (line.exit == 0) == (line.ready_at == 0)

    @invariant()
    def books_are_the_model(self) -> None:
        for key, lane in self.model.lanes.items():
            held, frozen = sum(lane.held.values()), sum(amount for amount, _ in lane.disputes.values())
            expected = Line(
                *(lane.claimed, lane.reserved, lane.exit, lane.ready_at, held, frozen),
                *(lane.setoff, lane.leaves_at, lane.window),
            )
            assert self.books.lanes[key] == expected
        for at, free in self.model.free.items():
            assert self.books.free[at] == free

    def teardown(self) -> None:
        """What the contract says is what the model says, to the last field."""
        read = self.market.lanes.read
        for key, lane in self.model.lanes.items():
            free = self.model.free[key[0], key[2]]
            assert read("exposure", *key) == (
                *(lane.reserved + free, lane.reserved, free, lane.claimed),
                *(lane.exit, lane.ready_at),
            )
            assert read("setoff", key[1], key[0], key[2]) == (lane.setoff, lane.leaves_at)
            self._check_hold_back(key)
        for who in PARTIES:
            at = who.address, KEY.address
            assert read("signer", *at) == self.model.keys.get(at, (0, 0))
            for token in (self.market.euro, self.market.franc):
                assert read("free", who.address, token.address) == self.model.free[who.address, token.address]
                assert token.read("balanceOf", who.address) == self.wallets.get(
                    (who.address, token.address), 0
                )

    def _check_hold_back(self, key: tuple[str, str, str]) -> None:
        lane, read = self.model.lanes[key], self.market.lanes.read
        now = self.model.now // lane.window if lane.window else 0
        ripe = sum(held for epoch, held in lane.held.items() if epoch + 2 <= now)
        window, arbiter, collectable = read("holdBack", *key)
        assert (window, collectable) == (lane.window, ripe)
        assert arbiter == (lane.arbiter or "0x" + "00" * 20)
        for epoch, held in lane.held.items():
            if held:
                assert read("bucket", *key, epoch) == (held, lane.start[epoch], lane.evidence[epoch])
        for it, (frozen, timeout) in lane.disputes.items():
            assert read("disputed", *key, it) == (frozen, timeout)


QUICK = settings(
    max_examples=8,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # histories made by chance shrink badly
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

TestLanes = Machine.TestCase
TestLanes.settings = QUICK


@pytest.mark.long
@pytest.mark.timeout(900)
class TestLanesAtLength(Machine.TestCase):  # type: ignore[misc, valid-type]  # made by hypothesis
    """The same, for longer; ``LANES_EXAMPLES`` says how many histories."""

    settings = settings(
        QUICK, max_examples=int(os.environ.get("LANES_EXAMPLES", "40")), stateful_step_count=60
    )
