"""What scenes about money share besides their :class:`Stage`: both purses, and what was charged so far."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from ocn.settlement import Payee, Settlement, Terms
from ocn.settlement.core.amounts import stated_total, units_of
from ocn.settlement.core.canonical import JsonObject
from ocn.settlement.core.evidence import Entry
from ocn.settlement.core.lane import Lane
from ocn.simulation.errors import StepFailed
from ocn.simulation.play.purse import Purse
from ocn.simulation.play.scenes.stage import WAIT_S, Stage

T = TypeVar("T")
_LOOK_AGAIN_S = 0.05
_MOST_VOUCHERS = 1_000_000


@dataclass(slots=True)
class Charged:
    """A session that is over. Amounts are in the token's smallest unit."""

    session_id: str
    kwh: Decimal
    price: Decimal
    paid: int
    vouchers: int
    credited: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """One transaction, and what it moved on both lanes."""

    transaction: str
    gas: int
    paid: int
    credited: int


@dataclass(slots=True, kw_only=True)
class SettlingStage(Stage):
    """An eMSP that pays while it charges, and a CPO that is paid."""

    pays: Purse
    is_paid: Purse
    sessions: list[Charged] = field(default_factory=list)
    settled: Settled | None = None

    @property
    def terms(self) -> Terms:
        """What both agree on."""
        return self.is_paid.terms_with(self.pays)

    @property
    def lane(self) -> Lane:
        """From the eMSP to the CPO."""
        return self.terms.lane

    @property
    def spends(self) -> Settlement:
        """The eMSP's settlement."""
        return _there(self.emsp.settlement)

    @property
    def collects(self) -> Settlement:
        """The CPO's settlement."""
        return _there(self.cpo.settlement)

    @property
    def payee(self) -> Payee:
        """Its side that is paid."""
        return _there(self.collects.payee)

    async def vouchers(self, lane: Lane) -> list[Entry]:
        """Return a lane's vouchers as the eMSP keeps them."""
        found = await self.pays.store.vouchers(lane, after=0, most=_MOST_VOUCHERS)
        return [recorded.entry for recorded in found]

    async def paid_for(self, session_id: str) -> tuple[int, int]:
        """Return what was paid for a session, credits taken off, and by how many vouchers."""
        there = [entry for entry in await self.vouchers(self.lane) if _for(entry, session_id)]
        back = [entry for entry in await self.vouchers(self.lane.opposite) if _for(entry, session_id)]
        paid = sum(_for(entry, session_id) for entry in there) - sum(
            _for(entry, session_id) for entry in back
        )
        return paid, len(there)

    async def lacking(self) -> int:
        """Return what the eMSP's reserves lack all together, beyond its free money."""
        lacking = 0
        for pair in await self.spends.pairs.all():
            state = await self.pays.chain.ledger.state(pair.account.out)
            lacking += max(pair.terms.reserve - state.reserve, 0)
        return max(lacking - (await self.pays.chain.ledger.state(self.lane)).free, 0)

    def units(self, document: JsonObject) -> int:
        """Return what a session or CDR says that it costs."""
        terms = self.terms
        total = stated_total(document, vat_included=terms.vat_included)
        return units_of(total, decimals=terms.decimals, rate=terms.rate)

    async def wealth(self) -> tuple[int, int]:
        """Return what the eMSP has, free or reserved for this CPO, and what the CPO has."""
        there = await self.pays.chain.ledger.state(self.lane)
        back = await self.is_paid.chain.ledger.state(self.lane.opposite)
        return there.free + there.reserve, back.free + back.reserve


async def eventually(what: str, look: Callable[[], Awaitable[T | None]]) -> T:
    """Look again and again until there is something, for some time."""
    try:
        async with asyncio.timeout(WAIT_S):
            while True:
                if (found := await look()) is not None:
                    return found
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        raise StepFailed(f"not within {WAIT_S:g} s: {what}") from None


def _for(entry: Entry, session_id: str) -> int:
    return sum(leaf.amount for leaf in entry.leaves if leaf.session_id == session_id)


def _there(value: T | None) -> T:
    if value is None:
        raise StepFailed("the party does not settle")
    return value
