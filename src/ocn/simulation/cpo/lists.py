"""What a simulated CPO lets others read: locations, tariffs, and an eMSP's own sessions and CDRs."""

from collections.abc import Callable

from ocn.ocpi.objects import Cdr, Connector, Evse, Location, Session, Tariff
from ocn.ocpi.party_id import PartyId
from ocn.party.lists import ListQuery, Page
from ocn.party.request import Request
from ocn.simulation.chargers.charge_points import ChargePoints
from ocn.simulation.cpo.history import History, build_history
from ocn.simulation.errors import Refused


class Ledger:
    """Finished business by eMSP: the past that every pair of parties has, and what has been since."""

    def __init__(self, cpo: PartyId, past: Callable[[PartyId, PartyId], History] = build_history) -> None:
        self._cpo = cpo
        self._past = past
        self._histories: dict[PartyId, History] = {}
        self._sessions: dict[PartyId, dict[str, Session]] = {}
        self._cdrs: dict[PartyId, list[Cdr]] = {}

    def keep_session(self, emsp: PartyId, session: Session) -> None:
        """Store a session or what it has become."""
        self._sessions.setdefault(emsp, {})[session["id"]] = session

    def keep_cdr(self, emsp: PartyId, cdr: Cdr) -> None:
        """Store a CDR."""
        self._cdrs.setdefault(emsp, []).append(cdr)

    def sessions(self, emsp: PartyId) -> list[Session]:
        """Return an eMSP's sessions, oldest first."""
        return [*self._history(emsp).sessions, *self._sessions.get(emsp, {}).values()]

    def cdrs(self, emsp: PartyId) -> list[Cdr]:
        """Return an eMSP's CDRs, oldest first."""
        return [*self._history(emsp).cdrs, *self._cdrs.get(emsp, [])]

    def everybodys_sessions(self) -> list[Session]:
        """Return what is known of all eMSPs, oldest first."""
        return [each for emsp in {**self._histories, **self._sessions} for each in self.sessions(emsp)]

    def everybodys_cdrs(self) -> list[Cdr]:
        """Return the CDRs of all eMSPs."""
        return [each for emsp in {**self._histories, **self._cdrs} for each in self.cdrs(emsp)]

    def _history(self, emsp: PartyId) -> History:
        if emsp not in self._histories:
            self._histories[emsp] = self._past(self._cpo, emsp)
        return self._histories[emsp]


class CpoLists:
    """Handlers of the sender interfaces. Planners that are ``hired`` see everybody's sessions and CDRs."""

    def __init__(self, points: ChargePoints, ledger: Ledger, hired: frozenset[PartyId] = frozenset()) -> None:
        self._points = points
        self._ledger = ledger
        self._hired = hired

    async def list_locations(self, _: Request, query: ListQuery) -> Page[Location]:
        """All locations."""
        return Page.of(self._points.locations.values(), query)

    async def get_location(self, _: Request, location_id: str) -> Location | None:
        """One location."""
        try:
            return self._points.location(location_id)
        except Refused:
            return None

    async def get_evse(self, _: Request, location_id: str, evse_uid: str) -> Evse | None:
        """One EVSE."""
        try:
            return self._points.evse(location_id, evse_uid)
        except Refused:
            return None

    async def get_connector(
        self, _: Request, location_id: str, evse_uid: str, connector_id: str
    ) -> Connector | None:
        """One connector."""
        try:
            return self._points.charge_point(location_id, evse_uid, connector_id).connector
        except Refused:
            return None

    async def list_tariffs(self, _: Request, query: ListQuery) -> Page[Tariff]:
        """All tariffs."""
        return Page.of(self._points.tariffs.values(), query)

    async def list_sessions(self, request: Request, query: ListQuery) -> Page[Session]:
        """The sessions of the asking eMSP's drivers."""
        if request.sender in self._hired:
            return Page.of(self._ledger.everybodys_sessions(), query)
        return Page.of(self._ledger.sessions(request.sender), query)

    async def list_cdrs(self, request: Request, query: ListQuery) -> Page[Cdr]:
        """The CDRs of the asking eMSP's drivers."""
        if request.sender in self._hired:
            return Page.of(self._ledger.everybodys_cdrs(), query)
        return Page.of(self._ledger.cdrs(request.sender), query)
