"""A simulated CPO: charge points that do what they are told, and tell what they do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from ocn.conversion import Choice, Context, ObjectKind, Policy
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import AuthorizationInfo, Cdr
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party.json_text import JsonObject, decode_object, encode_json
from ocn.party.object_edge import ObjectEdge
from ocn.party.receiving.routes import CPO_MODULES
from ocn.party.reply import Reply
from ocn.party.storage.stored_receiver import StoredReceiver
from ocn.party.subjects import Subject, subject_of
from ocn.simulation.billing.records import emsp_of
from ocn.simulation.clock import Clock, SystemClock
from ocn.simulation.cpo.commands import CpoCommands
from ocn.simulation.cpo.lists import CpoLists, Ledger
from ocn.simulation.cpo.operations import Operations
from ocn.simulation.cpo.reports import CdrReceipt, Reports
from ocn.simulation.cpo.till import Till
from ocn.simulation.errors import NotBilled
from ocn.simulation.parties.connection import Connection
from ocn.simulation.parties.hearing import OWN, as_heard
from ocn.simulation.parties.simulated_party import SimulatedParty
from ocn.simulation.updates import ToldStorage, Updates

if TYPE_CHECKING:
    from ocn.party.sending.client import Client
    from ocn.settlement import Settlement


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast things go. Only the time at the meter is multiplied by ``speed``; the rest is real time."""

    speed: int = 60
    report_every: timedelta = timedelta(seconds=5)
    reaction: timedelta = timedelta(seconds=1)
    expiry_check_every: timedelta = timedelta(seconds=10)


class SimulatedCpo(SimulatedParty):
    """A CPO that is on the network while entered."""

    def __init__(
        self,
        party: PartyId,
        connection: Connection,
        pace: Pace | None = None,
        clock: Clock | None = None,
        settles: "Callable[[CpoCommands, Callable[[], Client]], Settlement] | None" = None,
        hired: frozenset[PartyId] = frozenset(),
    ) -> None:
        """Prepare. ``settles`` is given what holds and stops sessions, and makes how they are paid.

        ``hired`` are planners that may read and limit all sessions.
        """
        self._pace = pace or Pace()
        self._clock = clock or SystemClock()
        self._updates = Updates()
        self.operations = Operations(party, self._clock, speed=self._pace.speed, hired=hired)
        ledger = Ledger(party)
        till = Till()
        self._reports = Reports(
            self.operations, ledger, till, self._updates, self._clock, self._pace.report_every
        )
        self._storage = ToldStorage(connection.storage, self._updates)
        commands = CpoCommands(self.operations, self._reports, till, self._clock, self._pace.reaction)
        settlement = settles(commands, lambda: self.party.client) if settles is not None else None
        till.payee = settlement.payee if settlement is not None else None
        handlers = CpoLists(self.operations.points, ledger, hired), commands, StoredReceiver(self._storage)
        offered = CPO_MODULES | {(ModuleID.HUB_CLIENT_INFO, InterfaceRole.RECEIVER)}
        joins = connection.party(
            party,
            Role.CPO,
            f"Simulated CPO {party}",
            handlers,
            offered,
            self._storage,
            self._known,
            settlement.custom_modules if settlement is not None else {},
        )
        super().__init__(party, connection.node_url, joins, settlement)
        self._expiry: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Join. A CPO sells by what its tariffs can say in the version that it speaks."""
        await super().__aenter__()
        points = self.operations.points
        points.tariffs = {
            name: as_heard(ObjectKind.TARIFF, tariff, self.id, (self.version,))
            for name, tariff in points.tariffs.items()
        }
        self._expiry = asyncio.create_task(self._expire())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; sessions that run are abandoned."""
        if self._expiry is not None:
            self._expiry.cancel()
            await asyncio.gather(self._expiry, return_exceptions=True)
        await self._reports.close()
        await super().__aexit__(kind, error, trace)

    async def card_held_to(
        self, emsp: PartyId, uid: str, location_id: str, evse_uid: str
    ) -> Reply[AuthorizationInfo]:
        """A driver holds an RFID card to a charge point: ask the eMSP whether it may charge."""
        return await self.to(emsp).authorize(
            uid, "RFID", {"location_id": location_id, "evse_uids": [evse_uid]}
        )

    async def cdr_receipt(self, session_id: str, timeout_s: float) -> CdrReceipt:
        """Wait until a session's CDR has been taken and read back; TimeoutError when it is not in time."""

        async def look() -> CdrReceipt | None:
            return self._reports.receipts.get(session_id)

        return await self._updates.wait_for(look, timeout_s)

    async def credit(self, session_id: str) -> CdrReceipt:
        """Take the CDR of a finished session back by a credit CDR.

        Raises:
            NotBilled: it has none, or the eMSP does not take the credit.
        """
        if not self.version.has_routing:
            raise NotBilled("OCPI 2.1.1 has no credit CDR: it would be read as one more to pay")
        return await self._posted(self.operations.bills.credit(session_id))

    async def charge_again(self, session_id: str) -> CdrReceipt:
        """Post a new CDR of a session whose CDR is credited.

        Raises:
            NotBilled: the old one is not credited, or the eMSP does not take the new one.
        """
        return await self._posted(self.operations.bills.charge_again(session_id))

    async def _posted(self, cdr: Cdr) -> CdrReceipt:
        emsp = emsp_of(cdr)
        receipt = await self._reports.bill(cdr, self.to(emsp))
        if receipt is None:
            raise NotBilled(f"{emsp} did not take CDR {cdr['id']}")
        return receipt

    async def told_of_token(self, emsp: PartyId, uid: str, timeout_s: float) -> None:
        """Wait until an eMSP's RFID token is kept here; TimeoutError when it is not in time."""

        async def look() -> JsonObject | None:
            return await self._storage.get(ModuleID.TOKENS, emsp, f"{uid}/RFID")

        await self._updates.wait_for(look, timeout_s)

    async def as_read_back(self, cdr: Cdr) -> JsonObject:
        """Return what this CPO reads of a CDR that it sent and that somebody kept: its version has less."""
        edge = ObjectEdge(OWN, self._known, Policy(Choice.PASS))
        interface = ModuleID.CDRS, InterfaceRole.RECEIVER
        emsp = emsp_of(cdr)
        subject = subject_of("POST", interface, (), self.id, emsp)
        sent = await edge.request_out(encode_json(cdr), subject, self.version)
        return decode_object(await edge.request_in(sent, subject, self.version))

    async def _known(self, subject: Subject) -> Context:
        """Tell what documents of other versions hold and ours name: locations, tariffs, tokens."""
        points, token = self.operations.points, None
        if subject.module == ModuleID.TOKENS and subject.receiver is not None and subject.path:
            token = await self._storage.get(ModuleID.TOKENS, subject.receiver, f"{subject.path[0]}/RFID")
        return Context(
            token=token,
            location_by_id=lambda id_: cast("JsonObject | None", points.locations.get(id_.upper())),
            tariff_by_id=lambda id_: cast("JsonObject | None", points.tariffs.get(id_)),
        )

    async def _expire(self) -> None:
        while True:
            await self._clock.sleep(self._pace.expiry_check_every)
            for emsp, change in self.operations.expire():
                await self._reports.status(change, self.to(emsp))
