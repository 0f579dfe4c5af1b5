"""A payer's reserves with several payees: no unit is promised twice while the chain has not moved yet."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import pytest
from tests.unit.settlement.fakes import FakeChain
from tests.unit.settlement.world import EMSP, EMSP_KEY, EUR, Clock, bounds, make_terms, new_store

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Side
from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.reserving import ReserveKeeping
from ocn.signing.keys import PrivateKey


@dataclass
class SlowChain(FakeChain):
    """Takes what it is asked, and does it when told."""

    waiting: list[tuple[Lane, int]] = field(default_factory=list)

    async def reserve(self, lane: Lane, amount: int) -> None:
        self.waiting.append((lane, amount))

    async def mine(self) -> None:
        for lane, amount in self.waiting:
            await super().reserve(lane, amount)
        self.waiting.clear()


@dataclass
class Payer:
    chain: SlowChain
    clock: Clock
    keeping: ReserveKeeping
    pairs: list[Pair]

    async def keep(self) -> list[int]:
        return [await self.keeping.keep(pair) for pair in self.pairs]

    async def reserves(self) -> list[int]:
        return [(await self.chain.state(pair.account.out)).reserve for pair in self.pairs]


@pytest.fixture
async def payer() -> AsyncIterator[Payer]:
    """With terms that want a reserve of 10 EUR for each of two CPOs."""
    chain, clock = SlowChain(), Clock()
    async with AsyncExitStack() as stack:
        store = await new_store(stack)
        house = House(EMSP, EMSP_KEY, bounds(EMSP_KEY), store, chain, chain, now=clock)
        pairs = Pairs(house)
        agreed: list[Pair] = []
        for n in (1, 2):
            address = PrivateKey(bytes([0x50 + n]) * 32).address
            side = Side(PartyId("DE", f"CP{n}"), address, address, address)
            agreed.append(await pairs.agreed(SignedTerms(replace(make_terms(), payee=side))))
        yield Payer(chain, clock, ReserveKeeping(house), agreed)


async def test_free_money_is_promised_once(payer: Payer) -> None:
    payer.chain.fund(EMSP_KEY.address, 15 * EUR)
    assert await payer.keep() == [10 * EUR, 5 * EUR]
    assert await payer.keep() == [10 * EUR, 5 * EUR]
    await payer.chain.mine()
    assert await payer.reserves() == [10 * EUR, 5 * EUR]
    payer.chain.fund(EMSP_KEY.address, 6 * EUR)
    assert await payer.keep() == [0, 5 * EUR]
    await payer.chain.mine()
    assert await payer.reserves() == [10 * EUR, 10 * EUR]
    assert (await payer.chain.state(payer.pairs[0].account.out)).free == EUR


async def test_what_came_to_nothing_is_asked_for_again(payer: Payer) -> None:
    payer.chain.fund(EMSP_KEY.address, 20 * EUR)
    await payer.keep()
    payer.chain.waiting.clear()
    payer.clock.pass_(59)
    await payer.keep()
    assert payer.chain.waiting == []
    payer.clock.pass_(1)
    await payer.keep()
    await payer.chain.mine()
    assert await payer.reserves() == [10 * EUR, 10 * EUR]
