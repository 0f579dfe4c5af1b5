"""What a back end may implement, one Protocol per module and interface role.

A handler is any object with some of these methods; a Protocol need not be inherited, and one that is
inherited implements nothing by itself. Endpoints are advertised for what is there. Every method gets the
:class:`~ocn.party.request.Request` first. Objects are plain JSON dicts, checked only so far that ids and
owner agree with the address and a PATCH has ``last_updated``.

* a method that reads returns the object, or None: answered 404 with 2003;
* a ``put_`` method returns True when the object is new (HTTP 201), else None or False;
* refuse by raising from :mod:`ocn.ocpi.errors`; any other exception is answered 3000.
"""

from typing import Protocol

from ocn.ocpi.objects import (
    ActiveChargingProfile,
    AuthorizationInfo,
    CancelReservation,
    Cdr,
    ChargingPreferences,
    ClientInfo,
    Connector,
    Evse,
    Location,
    LocationReferences,
    ReserveNow,
    Session,
    SetChargingProfile,
    StartSession,
    StopSession,
    Tariff,
    Token,
    UnlockConnector,
)
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery, Page
from ocn.party.outcomes import Outcome
from ocn.party.request import Request

# A Protocol's methods need no docstring each: their names are OCPI's, their rules stand above.
# ruff: noqa: D102


class LocationsSender(Protocol):
    """A CPO's locations, to be read."""

    async def list_locations(self, request: Request, query: ListQuery) -> Page[Location]: ...
    async def get_location(self, request: Request, location_id: str) -> Location | None: ...
    async def get_evse(self, request: Request, location_id: str, evse_uid: str) -> Evse | None: ...
    async def get_connector(
        self, request: Request, location_id: str, evse_uid: str, connector_id: str
    ) -> Connector | None: ...


class LocationsReceiver(Protocol):
    """Others' locations, as they push them."""

    async def get_stored_location(
        self, request: Request, owner: PartyId, location_id: str
    ) -> Location | None: ...
    async def get_stored_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str
    ) -> Evse | None: ...
    async def get_stored_connector(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, connector_id: str
    ) -> Connector | None: ...
    async def put_location(
        self, request: Request, owner: PartyId, location_id: str, location: Location
    ) -> bool | None: ...
    async def put_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, evse: Evse
    ) -> bool | None: ...
    async def put_connector(
        self,
        request: Request,
        owner: PartyId,
        location_id: str,
        evse_uid: str,
        connector_id: str,
        connector: Connector,
    ) -> bool | None: ...
    async def patch_location(
        self, request: Request, owner: PartyId, location_id: str, patch: JsonObject
    ) -> None: ...
    async def patch_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, patch: JsonObject
    ) -> None: ...
    async def patch_connector(
        self,
        request: Request,
        owner: PartyId,
        location_id: str,
        evse_uid: str,
        connector_id: str,
        patch: JsonObject,
    ) -> None: ...


class SessionsSender(Protocol):
    """A CPO's sessions; a preference is answered with a word of ChargingPreferencesResponse."""

    async def list_sessions(self, request: Request, query: ListQuery) -> Page[Session]: ...
    async def set_charging_preferences(
        self, request: Request, session_id: str, preferences: ChargingPreferences
    ) -> str: ...


class SessionsReceiver(Protocol):
    """Sessions of an eMSP's drivers, as CPOs push them; a patch's ``charging_periods`` are appended."""

    async def get_stored_session(
        self, request: Request, owner: PartyId, session_id: str
    ) -> Session | None: ...
    async def put_session(
        self, request: Request, owner: PartyId, session_id: str, session: Session
    ) -> bool | None: ...
    async def patch_session(
        self, request: Request, owner: PartyId, session_id: str, patch: JsonObject
    ) -> None: ...


class CdrsSender(Protocol):
    """A CPO's CDRs, to be read."""

    async def list_cdrs(self, request: Request, query: ListQuery) -> Page[Cdr]: ...


class CdrsReceiver(Protocol):
    """CDRs as CPOs post them; the answer's ``Location`` leads to ``get_stored_cdr``."""

    async def post_cdr(self, request: Request, cdr: Cdr) -> None: ...
    async def get_stored_cdr(self, request: Request, owner: PartyId, cdr_id: str) -> Cdr | None: ...


class TariffsSender(Protocol):
    """A CPO's tariffs, to be read."""

    async def list_tariffs(self, request: Request, query: ListQuery) -> Page[Tariff]: ...


class TariffsReceiver(Protocol):
    """Others' tariffs, as they push them; a delete of what is not there returns False.

    Only 2.1.1 knows the PATCH.
    """

    async def get_stored_tariff(self, request: Request, owner: PartyId, tariff_id: str) -> Tariff | None: ...
    async def put_tariff(
        self, request: Request, owner: PartyId, tariff_id: str, tariff: Tariff
    ) -> bool | None: ...
    async def patch_tariff(
        self, request: Request, owner: PartyId, tariff_id: str, patch: JsonObject
    ) -> None: ...
    async def delete_tariff(self, request: Request, owner: PartyId, tariff_id: str) -> bool: ...


class TokensSender(Protocol):
    """An eMSP's tokens, and may this one charge: raise UnknownToken when it is nobody's."""

    async def list_tokens(self, request: Request, query: ListQuery) -> Page[Token]: ...
    async def authorize_token(
        self, request: Request, uid: str, token_type: str, location: LocationReferences | None
    ) -> AuthorizationInfo: ...


class TokensReceiver(Protocol):
    """Others' tokens, as they push them."""

    async def get_stored_token(
        self, request: Request, owner: PartyId, uid: str, token_type: str
    ) -> Token | None: ...
    async def put_token(
        self, request: Request, owner: PartyId, uid: str, token_type: str, token: Token
    ) -> bool | None: ...
    async def patch_token(
        self, request: Request, owner: PartyId, uid: str, token_type: str, patch: JsonObject
    ) -> None: ...


class CommandsReceiver(Protocol):
    """Commands to charging stations; a command without a method is answered NOT_SUPPORTED."""

    async def start_session(self, request: Request, command: StartSession) -> Outcome: ...
    async def stop_session(self, request: Request, command: StopSession) -> Outcome: ...
    async def reserve_now(self, request: Request, command: ReserveNow) -> Outcome: ...
    async def cancel_reservation(self, request: Request, command: CancelReservation) -> Outcome: ...
    async def unlock_connector(self, request: Request, command: UnlockConnector) -> Outcome: ...


class CommandsSender(Protocol):
    """Results that nobody awaits any more, for instance after a restart; optional."""

    async def late_result(self, request: Request, result_id: str, result: JsonObject) -> None: ...


class ChargingProfilesReceiver(Protocol):
    """Limits for sessions of a CPO."""

    async def get_active_charging_profile(
        self, request: Request, session_id: str, duration_s: int
    ) -> Outcome: ...
    async def set_charging_profile(
        self, request: Request, session_id: str, profile: SetChargingProfile
    ) -> Outcome: ...
    async def clear_charging_profile(self, request: Request, session_id: str) -> Outcome: ...


class ChargingProfilesSender(Protocol):
    """What the CPO reports of its own accord after a profile was set."""

    async def put_active_charging_profile(
        self, request: Request, session_id: str, profile: ActiveChargingProfile
    ) -> None: ...


class ChargingProfileResults(Protocol):
    """Results of profiles that nobody awaits any more, for instance after a restart; optional.

    ``result_id`` is the last part of the ``response_url`` that was sent with the profile.

    Raises:
        UnknownObject: no profile of that id was sent by this party.
    """

    async def late_profile_result(self, request: Request, result_id: str, result: JsonObject) -> None: ...


class HubClientInfoReceiver(Protocol):
    """Who is on the network, as the node pushes it; ``request.sender`` means nothing here."""

    async def get_stored_client_info(self, request: Request, owner: PartyId) -> ClientInfo | None: ...
    async def put_client_info(
        self, request: Request, owner: PartyId, client_info: ClientInfo
    ) -> bool | None: ...
