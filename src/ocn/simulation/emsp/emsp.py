"""A simulated eMSP: drivers with tokens, and a memory of what CPOs tell it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import Cdr, Location, Session, Tariff
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery
from ocn.party.receiving.routes import EMSP_MODULES
from ocn.party.storage.port import PartyStorage
from ocn.simulation.emsp.bill_checks import BillCheck, BillChecks
from ocn.simulation.emsp.drivers import build_tokens
from ocn.simulation.emsp.handlers import CheckedCdrs, DriverTokens, StartedSessions
from ocn.simulation.parties.connection import Connection
from ocn.simulation.parties.simulated_party import SimulatedParty
from ocn.simulation.updates import ToldStorage, Updates

if TYPE_CHECKING:
    from ocn.simulation.play.purse import Spending


class SimulatedEmsp(SimulatedParty):
    """An eMSP that is on the network while entered."""

    def __init__(
        self,
        party: PartyId,
        connection: Connection,
        settles: "Callable[[PartyStorage], Spending] | None" = None,
        drivers: int = 10,
    ) -> None:
        self.tokens = build_tokens(party, drivers)
        self._updates = Updates()
        self._storage: PartyStorage = ToldStorage(connection.storage, self._updates)
        self._spending = settles(self._storage) if settles is not None else None
        settlement = self._spending.settlement if self._spending is not None else None
        self._storage = self._spending.storage if self._spending is not None else self._storage
        self._received = StartedSessions(self._storage, self._updates)
        self._cdrs = CheckedCdrs(self._received, BillChecks(self._storage), lambda: self.version)
        handlers = DriverTokens(self.tokens, self.reference), self._cdrs, self._received
        offered = EMSP_MODULES | {(ModuleID.HUB_CLIENT_INFO, InterfaceRole.RECEIVER)}
        joins = connection.party(
            party,
            Role.EMSP,
            f"Simulated eMSP {party}",
            handlers,
            offered,
            self._storage,
            custom_modules=settlement.custom_modules if settlement is not None else {},
        )
        super().__init__(party, connection.node_url, joins, settlement)

    async def reference(self, cpo: PartyId, token_uid: str) -> str:
        """Return a new ``authorization_reference``; with settlement it is what a session is paid for."""
        if self._spending is None:
            return str(uuid4())
        return await self._spending.references.give(cpo, token_uid)

    async def keep_locations(self, cpo: PartyId, locations: list[Location]) -> None:
        """Store locations that were pulled, so that pushes about them have something to change."""
        for location in locations:
            await self._storage.put(ModuleID.LOCATIONS, cpo, location["id"], dict(location))

    async def keep_tariffs(self, cpo: PartyId, tariffs: list[Tariff]) -> None:
        """Store tariffs that were pulled, so that bills can be checked by them."""
        for tariff in tariffs:
            await self._storage.put(ModuleID.TARIFFS, cpo, tariff["id"], dict(tariff))

    async def learn(self, cpo: PartyId) -> None:
        """Pull and store what a CPO has: locations and tariffs."""
        await self.keep_locations(cpo, [location async for location in self.to(cpo).locations()])
        await self.keep_tariffs(cpo, [tariff async for tariff in self.to(cpo).tariffs()])

    async def stored_location(self, cpo: PartyId, location_id: str) -> Location | None:
        """Return a location as this eMSP knows it."""
        return cast("Location | None", await self._storage.get(ModuleID.LOCATIONS, cpo, location_id))

    async def cdr(self, cpo: PartyId, cdr_id: str) -> Cdr | None:
        """Return a CDR that a CPO sent."""
        return cast("Cdr | None", await self._storage.get(ModuleID.CDRS, cpo, cdr_id))

    def cdr_as_sent(self, cpo: PartyId, cdr_id: str) -> JsonObject:
        """Return the same as it came, in the version that this eMSP speaks."""
        return self._cdrs.as_sent[cpo, cdr_id]

    def check_of(self, cpo: PartyId, cdr_id: str) -> BillCheck:
        """Return what the check of a CDR came to."""
        return self._cdrs.checked[cpo, cdr_id]

    async def sessions(self, cpo: PartyId) -> list[Session]:
        """Return every session that a CPO has told of."""
        page = await self._storage.page(ModuleID.SESSIONS, cpo, ListQuery(limit=100_000))
        return cast("list[Session]", list(page.items))

    async def session_where(
        self, cpo: PartyId, holds: Callable[[Session], bool], timeout_s: float
    ) -> Session:
        """Wait for a session of a CPO that ``holds``; TimeoutError when there is none in time."""

        async def look() -> Session | None:
            return next((session for session in await self.sessions(cpo) if holds(session)), None)

        return await self._updates.wait_for(look, timeout_s)

    async def session_of(self, cpo: PartyId, reference: str, timeout_s: float) -> str:
        """Wait for the session that was started with a reference, and return its id.

        Raises:
            TimeoutError: the CPO does not tell of it in time.
        """

        async def look() -> str | None:
            return self._received.session_ids.get((cpo, reference))

        return await self._updates.wait_for(look, timeout_s)

    async def location_where(
        self, cpo: PartyId, location_id: str, holds: Callable[[Location], bool], timeout_s: float
    ) -> Location:
        """Wait until a location ``holds``; TimeoutError when it does not in time."""

        async def look() -> Location | None:
            location = await self.stored_location(cpo, location_id)
            return location if location is not None and holds(location) else None

        return await self._updates.wait_for(look, timeout_s)
