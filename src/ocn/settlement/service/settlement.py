"""Settlement inside a party's process: give the party its ``custom_modules``, then run it with the party."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from ocn.errors import OcnError
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.party.functional_modules import CustomHandler
from ocn.party.json_text import JsonObject
from ocn.party.routes import Interface
from ocn.settlement.core.asked import PayerPolicy
from ocn.settlement.core.delivering import Exposure
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.settling import SettlePolicy, Settling
from ocn.settlement.core.terms import Terms
from ocn.settlement.errors import AmountInvalid, NoTerms
from ocn.settlement.ports import Chargers, Pricing, Relayed
from ocn.settlement.protocol import MODULE
from ocn.settlement.protocol.peer import Reach
from ocn.settlement.service.agreeing import Agreeing
from ocn.settlement.service.asking import Asking
from ocn.settlement.service.bookkeeping import Booked, Bookkeeping, told_nobody
from ocn.settlement.service.cashing import Cashing
from ocn.settlement.service.collecting import Collecting, CollectPolicy
from ocn.settlement.service.house import House
from ocn.settlement.service.looking_up import LookingUp
from ocn.settlement.service.module import Module
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.paying import Paying
from ocn.settlement.service.reach import Peers
from ocn.settlement.service.reserving import ReserveKeeping

_LOG = logging.getLogger("ocn.settlement")
_HOUSEKEEPING_S = 5.0


@dataclass(frozen=True, slots=True)
class Pays:
    """What a payer needs beside its house."""

    relayed: Relayed
    pricing: Pricing
    policy: PayerPolicy = field(default_factory=PayerPolicy)
    keeps_reserves: bool = True
    """Whether reserves are brought to what the terms say, from free money."""


@dataclass(frozen=True, slots=True)
class Collects:
    """What a payee needs beside its house."""

    chargers: Chargers
    settle: SettlePolicy
    policy: CollectPolicy = field(default_factory=CollectPolicy)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Whether a session may start, as far as money is concerned."""

    allowed: bool
    missing: int = 0
    """Units that the payer's reserve lacks."""
    why: str = ""
    """A sentence for the payer, naming the missing amount."""


class Settlement:
    """One party's settlement: payer, payee, or both. Made once; loops run while ``running``."""

    def __init__(
        self,
        house: House,
        *,
        pays: Pays | None = None,
        collects: Collects | None = None,
        booked: Booked = told_nobody,
    ) -> None:
        self.house = house
        self.pairs = Pairs(house)
        self.peers = Peers(house.own)
        self._agreeing = Agreeing(house, self.pairs, self.peers)
        self._collects = collects
        self._reserves = ReserveKeeping(house) if pays is not None and pays.keeps_reserves else None
        self._bookkeeping = Bookkeeping(house, self.pairs, booked)
        self._collecting: dict[Lane, Collecting] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._runs = False
        paying = (
            Paying(house, LookingUp(house, pays.relayed, pays.pricing), pays.policy)
            if pays is not None
            else None
        )
        self.module = Module(
            house,
            self.pairs,
            self._agreeing,
            paying=paying,
            reserving=self._reserves,
            missing=self if collects is not None else None,
        )

    @property
    def custom_modules(self) -> Mapping[Interface, CustomHandler]:
        """What :class:`ocn.party.Party` is given to serve."""
        return {(MODULE, InterfaceRole.RECEIVER): self.module}

    @asynccontextmanager
    async def running(self, reach: Reach) -> AsyncIterator["Settlement"]:
        """Talk to counterparties, ask, pay, settle and book. ``reach`` is ``party.client``."""
        self.peers.bind(reach)
        self._runs = True
        try:
            for pair in await self.pairs.all():
                if not pair.pays and self._collects is not None:
                    self._start(await self._collecting_of(pair))
            self._tasks["housekeeping"] = asyncio.create_task(self._housekeeping())
            yield self
        finally:
            self._runs = False
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            self._tasks.clear()
            self.peers.bind(None)

    # ---- terms

    async def propose(self, terms: Terms) -> Pair:
        """Agree on terms with the other party of them; see :class:`Agreeing`."""
        return await self._agreeing.propose(terms)

    async def recover(self, peer: PartyId) -> list[Pair]:
        """Get back from a counterparty what this party has lost: terms, vouchers and books of both lanes."""
        pairs = await self._agreeing.recover(peer)
        for pair in pairs:
            await self._fetch_vouchers(pair)
        return pairs

    # ---- the payee's back end tells

    async def authorise(self, payer: PartyId) -> Authorisation:
        """Say whether a session of this payer may start. Without terms it may: settlement is optional.

        A payer whose reserve is too low is told what is missing, by the module and in ``why``.
        """
        pair = await self.pairs.in_force(payer, self.house.own)
        if pair is None or self._collects is None:
            return Authorisation(allowed=True)
        missing = await self.missing(pair)
        if not missing:
            return Authorisation(allowed=True)
        why = f"{pair.terms.said(missing)} are missing in the reserve for {self.house.own}"
        try:
            await self.peers.to(payer).reserve(await pair.state(), missing, why)
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
        if collecting is None:
            return False
        await collecting.finish(cdr)
        return True

    async def credit(self, cdr: JsonObject, payer: PartyId | None = None) -> bool:
        """Give back what a credited CDR was paid; False where no terms are about it.

        Raises:
            SettlementError: see :meth:`Collecting.credit`.
        """
        collecting = await self._collecting_for(cdr, payer)
        if collecting is None:
            return False
        await collecting.credit(cdr)
        return True

    async def settle_now(self, payer: PartyId) -> Settling | None:
        """Go to the chain with whatever a payer owes, without waiting for threshold or schedule.

        Raises:
            NoTerms: there is nothing between the two.
        """
        pair = await self.pairs.newest(payer, self.house.own)
        if pair is None:
            raise NoTerms(f"there are no terms with {payer}")
        return await (await self._collecting_of(pair)).settle_now()

    async def exposure(self, pair: Pair) -> Exposure:
        """Return what a payer owes, and what secures it."""
        return await (await self._collecting_of(pair)).exposure()

    async def missing(self, pair: Pair) -> int:
        """Return what a payer's reserve lacks for one more session."""
        return (await self.exposure(pair)).missing(pair.terms.reserve)

    async def step(self) -> None:
        """Do by hand, once, what the loops do."""
        for collecting in list(self._collecting.values()):
            await collecting.step()
        await self._keep_house()

    # ---- inside

    async def _collecting_for(self, document: JsonObject, payer: PartyId | None) -> Collecting | None:
        """Return who collects for a session: on the lane it was first paid on, else under today's terms."""
        if self._collects is None:
            return None
        session_id = document.get("session_id") or document.get("id")
        today = await self.pairs.in_force(payer or _payer_of(document), self.house.own)
        if today is not None and isinstance(session_id, str):
            collecting = await self._collecting_of(today)
            if collecting.deliveries.get(session_id) is not None:
                return collecting
        if isinstance(session_id, str):
            book = (await self.house.store.books(self.house.own, [session_id])).get(session_id)
            if book is not None:
                lane = Lane.from_key(book.lane)
                return await self._collecting_of(await self.pairs.on(book.payer, self.house.own, lane))
        return None if today is None else await self._collecting_of(today)

    async def _collecting_of(self, pair: Pair) -> Collecting:
        lane = pair.terms.lane
        if lane not in self._collecting and self._collects is not None:
            self._collecting[lane] = Collecting(
                pair,
                Asking(pair, self.peers.to(pair.account.peer)),
                Cashing(pair, self._collects.settle),
                self._collects.chargers,
                self._collects.policy,
            )
            self._start(self._collecting[lane])
        return self._collecting[lane]

    def _start(self, collecting: Collecting) -> None:
        name = collecting.pair.terms.lane.key
        if self._runs and name not in self._tasks:
            self._tasks[name] = asyncio.create_task(collecting.run(), name=f"settlement {name}")

    async def _fetch_vouchers(self, pair: Pair) -> None:
        """Read both lanes from the peer, until it has no more; what was paid before what was credited."""
        account, peer = pair.account, self.peers.to(pair.account.peer)
        out = (account.out, self.house.own, account.peer, account.restore)
        into = (account.into, account.peer, self.house.own, partial(account.accept, replayed=True))
        for lane, payer, payee, take in (out, into) if pair.pays else (into, out):
            while True:
                async with account.lock:
                    number = (await account.head(lane)).number
                opened = await peer.vouchers(lane, payer, payee, after=number)
                async with account.lock:
                    if not await take(opened):
                        break

    async def _housekeeping(self) -> None:
        while True:
            try:
                await self._keep_house()
            except OcnError as error:
                _LOG.error("settlement: %s", error)
            await asyncio.sleep(_HOUSEKEEPING_S)

    async def _keep_house(self) -> None:
        await self._bookkeeping.step()
        if self._reserves is not None:
            for pair in await self.pairs.all():
                if pair.pays:
                    await self._reserves.keep(pair)


def _payer_of(document: JsonObject) -> PartyId:
    token = document.get("cdr_token")
    try:
        return PartyId(token["country_code"], token["party_id"])  # type: ignore[index]  # what is no dict is refused
    except (TypeError, KeyError, ValueError) as error:
        raise AmountInvalid(
            "the session's cdr_token names no party",
            hint="OCPI 2.2 has no such members: say who pays with payer=.",
        ) from error
