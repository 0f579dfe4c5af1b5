"""The side that is paid: a CPO. Its back end tells it of sessions and CDRs, and does what it says."""

import asyncio
import logging
from dataclasses import dataclass

from ocn.errors import OcnError
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import read_datetime
from ocn.ocpi.token_issuer import issuer_of
from ocn.party.json_text import JsonObject
from ocn.settlement.core.asks import require_version
from ocn.settlement.core.delivering import Exposure
from ocn.settlement.core.holding_back import hold_back_difference
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.settling import SettlePolicy, Settling
from ocn.settlement.errors import AmountInvalid, NoTerms
from ocn.settlement.heard import CLOCK_SKEW
from ocn.settlement.ports import Chargers
from ocn.settlement.service.asking import Asking
from ocn.settlement.service.cashing import Cashing
from ocn.settlement.service.collecting import Collecting, CollectPolicy
from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.reach import Peers

_LOG = logging.getLogger("ocn.settlement")


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Whether a session may start, as far as money is concerned."""

    allowed: bool
    missing: int = 0
    """Units that the payer's reserve lacks."""
    why: str = ""
    """A sentence for the payer, naming the missing amount."""


class Payee:
    """Give it to :class:`Settlement`, then tell it what happens.

    Args:
        chargers: holds, resumes and stops sessions.
        settle: when to go to the chain.
        policy: what else it does of its own accord.
    """

    def __init__(
        self, chargers: Chargers, settle: SettlePolicy, *, policy: CollectPolicy | None = None
    ) -> None:
        self._chargers = chargers
        self._settle = settle
        self._policy = policy or CollectPolicy()
        self._parts: tuple[House, Pairs, Peers] | None = None
        self._collecting: dict[Lane, Collecting] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._runs = False

    def bind(self, house: House, pairs: Pairs, peers: Peers) -> None:
        """Belong to a settlement."""
        self._parts = house, pairs, peers

    async def authorise(self, payer: PartyId) -> Authorisation:
        """Say whether a session of this payer may start. Without terms it may: settlement is optional.

        Terms that have run out are no such case: whoever charged on them would charge on credit.
        No more are payments that the chain holds back otherwise than was agreed.
        A payer whose reserve is too low is told what is missing, by the module and in ``why``.
        """
        house, pairs, peers = self._bound()
        pair = await pairs.in_force(payer, house.own, house.now())
        newest = await pairs.newest(payer, house.own)
        until = newest.terms.valid_until if pair is None and newest is not None else None
        if until is not None and until <= house.now():
            return Authorisation(allowed=False, why=f"the terms with {house.own} ran out at {until:%FT%TZ}")
        if pair is not None and (why := await self._held_otherwise(pair)):
            return Authorisation(allowed=False, why=why)
        missing = 0 if pair is None else await self.missing(pair)
        if pair is None or not missing:
            return Authorisation(allowed=True)
        why = f"{pair.terms.said(missing)} are missing in the reserve for {house.own}"
        try:
            await peers.to(payer).reserve(await pair.state(), missing, why)
        except OcnError as error:
            _LOG.info("%s was not told that its reserve is too low: %s", payer, error.message)
        return Authorisation(allowed=False, missing=missing, why=why)

    async def report(self, session: JsonObject, payer: PartyId | None = None) -> bool:
        """Take a session as it stands, as often as it changes; False where no terms are about it.

        Raises:
            AmountInvalid: it lacks what the terms need.
        """
        collecting = await self._collecting_for(session, payer)
        return collecting is not None and await collecting.report(session) is not None

    async def finish(self, cdr: JsonObject, payer: PartyId | None = None) -> bool:
        """Have a CDR paid that was posted to the payer; False where no terms are about it.

        Raises:
            AmountInvalid, ConflictingState: see :meth:`Collecting.finish`.
        """
        collecting = await self._collecting_for(cdr, payer)
        if collecting is not None:
            await collecting.finish(cdr)
        return collecting is not None

    async def credit(self, cdr: JsonObject, payer: PartyId | None = None) -> bool:
        """Give back what a credited CDR was paid; False where no terms are about it.

        Raises:
            SettlementError: see :meth:`Collecting.credit`.
        """
        collecting = await self._collecting_for(cdr, payer)
        if collecting is not None:
            await collecting.credit(cdr)
        return collecting is not None

    async def settle_now(self, payer: PartyId) -> Settling | None:
        """Go to the chain with whatever a payer owes, without waiting for threshold or schedule.

        Raises:
            NoTerms: there is nothing between the two.
        """
        house, pairs, _ = self._bound()
        pair = await pairs.newest(payer, house.own)
        if pair is None:
            raise NoTerms(f"there are no terms with {payer}")
        return await self._collecting_of(pair).settle_now()

    async def exposure(self, pair: Pair) -> Exposure:
        """Return what a payer owes, and what secures it."""
        return await self._collecting_of(pair).exposure()

    async def missing(self, pair: Pair) -> int:
        """Return what a payer's reserve lacks for one more session."""
        return (await self.exposure(pair)).missing(pair.terms.reserve)

    async def _held_otherwise(self, pair: Pair) -> str:
        """The payer has it agreed on chain; until then no session starts."""
        house, _, _ = self._bound()
        return hold_back_difference(pair.terms, await house.ledger.state(pair.terms.lane))

    async def start(self) -> None:
        """Collect from every payer there are terms with, from now on."""
        _, pairs, _ = self._bound()
        self._runs = True
        for pair in await pairs.all():
            if not pair.pays:
                self._start(self._collecting_of(pair))

    async def stop(self) -> None:
        """Collect no more; what is open is kept."""
        self._runs = False
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    async def step(self) -> None:
        """Do by hand, once, what :meth:`start` does for ever."""
        for collecting in list(self._collecting.values()):
            await collecting.step()

    async def _collecting_for(self, document: JsonObject, payer: PartyId | None) -> Collecting | None:
        """Return who collects for a session: where it is collected for, else by the terms it began under."""
        house, pairs, _ = self._bound()
        session_id = document.get("session_id") or document.get("id")
        payer = payer or _payer_of(document)
        if isinstance(session_id, str):
            for collecting in self._collecting.values():
                if collecting.deliveries.get(session_id) is not None:
                    return collecting
            book = (await house.store.books(house.own, [session_id])).get(session_id)
            if book is not None:
                return self._collecting_of(await pairs.on(book.payer, house.own, Lane.from_key(book.lane)))
        now = house.now()
        began = read_datetime(document.get("start_date_time")) or now  # a malformed one is refused later
        found = await pairs.in_force(payer, house.own, began)
        found = found or await pairs.in_force(payer, house.own, min(began + CLOCK_SKEW, now))
        return None if found is None else self._collecting_of(found)

    def _collecting_of(self, pair: Pair) -> Collecting:
        lane = pair.terms.lane
        if lane not in self._collecting:
            _, _, peers = self._bound()
            self._collecting[lane] = Collecting(
                pair,
                Asking(pair, peers.to(pair.account.peer)),
                Cashing(pair, self._settle),
                self._chargers,
                self._policy,
            )
            self._start(self._collecting[lane])
        return self._collecting[lane]

    def _start(self, collecting: Collecting) -> None:
        lane = collecting.pair.terms.lane
        if self._runs and lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(collecting.run(), name=f"settlement {lane.key}")

    def _bound(self) -> tuple[House, Pairs, Peers]:
        if self._parts is None:
            raise AssertionError("a payee belongs to a Settlement")
        return self._parts


def _payer_of(document: JsonObject) -> PartyId:
    require_version(document)
    payer = issuer_of(document.get("cdr_token"))
    if payer is None:
        raise AmountInvalid(
            "the session's cdr_token names no party",
            hint="OCPI 2.2 has no such members: say who pays with payer=.",
        )
    return payer
