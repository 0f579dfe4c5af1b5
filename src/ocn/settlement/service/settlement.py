"""Settlement inside a party's process: give the party its ``custom_modules``, then run it with the party."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from ocn.errors import OcnError
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.party.receiving.functional_modules import CustomHandler
from ocn.party.receiving.routes import Interface
from ocn.settlement.core.terms import Terms
from ocn.settlement.protocol import MODULE
from ocn.settlement.protocol.peer import Reach
from ocn.settlement.service.agreeing import Agreeing
from ocn.settlement.service.bookkeeping import Booked, Bookkeeping, told_nobody
from ocn.settlement.service.disputing import Disputing
from ocn.settlement.service.holding_back import HoldingBack
from ocn.settlement.service.house import House
from ocn.settlement.service.invoicing import INVOICES, Invoicing
from ocn.settlement.service.module import Module
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.payee import Payee
from ocn.settlement.service.payer import Payer, keep_reserves
from ocn.settlement.service.reach import Peers
from ocn.settlement.service.recovering import Recovering
from ocn.settlement.service.setting_off import SettingOff

_LOG = logging.getLogger("ocn.settlement")
_HOUSEKEEPING_S: Final = 5.0


class Settlement:
    """One party's settlement: as payer, as payee, or both.

    Args:
        house: who it is and what it settles with.
        payer, payee: its sides; at least one.
        booked: is told what each confirmed settlement was for.
    """

    def __init__(
        self,
        house: House,
        *,
        payer: Payer | None = None,
        payee: Payee | None = None,
        booked: Booked = told_nobody,
        housekeeping_s: float = _HOUSEKEEPING_S,
    ) -> None:
        self.house = house
        self.pairs = Pairs(house)
        self.peers = Peers(house.own)
        self.payer, self.payee = payer, payee
        self._housekeeping_s = housekeeping_s
        self._agreeing = Agreeing(house, self.pairs, self.peers)
        self._bookkeeping = Bookkeeping(house, self.pairs, booked)
        self._invoicing = Invoicing(self.pairs, self.peers)
        self._reserving = payer.reserving(house) if payer is not None else None
        self._setting_off = SettingOff(self.pairs)
        self._holding_back = HoldingBack(self.pairs, self.peers)
        self._disputing = Disputing(self.pairs)
        self._credits = payer.cashing(self.pairs) if payer is not None else None
        if payee is not None:
            payee.bind(house, self.pairs, self.peers)
        self.module = Module(
            house,
            self.pairs,
            self._agreeing,
            paying=payer.paying(self.pairs) if payer is not None else None,
            reserving=self._reserving,
            missing=payee,
            holding_back=self._holding_back,
        )

    @property
    def custom_modules(self) -> Mapping[Interface, CustomHandler]:
        """What :class:`ocn.party.Party` is given to serve; records of invoices in OCPI 2.3.0 alone."""
        return {(MODULE, InterfaceRole.RECEIVER): self.module, INVOICES: self._invoicing}

    @asynccontextmanager
    async def running(self, reach: Reach) -> AsyncIterator["Settlement"]:
        """Talk to counterparties, ask, pay, settle and book. ``reach`` is ``party.client``."""
        self.peers.bind(reach)
        await self.pairs.began()
        housekeeping = asyncio.create_task(self._keep_house_for_ever())
        try:
            if self.payee is not None:
                await self.payee.start()
            yield self
        finally:
            if self.payee is not None:
                await self.payee.stop()
            housekeeping.cancel()
            await asyncio.gather(housekeeping, return_exceptions=True)
            self.peers.bind(None)

    async def propose(self, terms: Terms) -> Pair:
        """Agree on terms with the other party of them; see :meth:`Agreeing.propose`."""
        return await self._agreeing.propose(terms)

    async def recover(self, peer: PartyId) -> list[Pair]:
        """Get back from a counterparty what this party has lost: terms, vouchers and books of both lanes.

        Look at the terms of what is returned: the counterparty may have shown older ones than the newest.
        """
        pairs = await self._agreeing.recover(peer)
        for pair in pairs:
            await Recovering(pair, self.house.own, self.peers.to(pair.account.peer)).all()
        return pairs

    async def step(self) -> None:
        """Do by hand, once, what runs for ever otherwise."""
        if self.payee is not None:
            await self.payee.step()
        await self._keep_house()

    async def _keep_house_for_ever(self) -> None:
        while True:
            try:
                await self._keep_house()
            except OcnError as error:
                _LOG.error("settlement: %s", error)
            except Exception:  # noqa: BLE001  a back end's failure must not end reserves and books
                _LOG.exception("settlement: a defect; it goes on")
            await asyncio.sleep(self._housekeeping_s)

    async def _keep_house(self) -> None:
        await self._bookkeeping.step()
        await self._invoicing.step()
        if self._reserving is not None:
            await keep_reserves(self.pairs, self._reserving)
        await self._setting_off.step()
        await self._holding_back.step()
        await self._disputing.step()
        if self._credits is not None:
            await self._credits.step()
