"""Commands, the immediate response and the later result (OCPI 2.2.1 mod_commands)."""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.tokens import Token
from ocn.ocpi.objects.values import DisplayText


class CancelReservation(TypedDict):
    """Give up a reservation."""

    response_url: str
    reservation_id: str


class ReserveNow(TypedDict):
    """Reserve until ``expiry_date``; the same ``reservation_id`` again changes the reservation."""

    response_url: str
    token: Token
    expiry_date: str
    reservation_id: str
    location_id: str
    evse_uid: NotRequired[str]
    authorization_reference: NotRequired[str]


class StartSession(TypedDict):
    """Start charging on a token that the sender vouches for."""

    response_url: str
    token: Token
    location_id: str
    evse_uid: NotRequired[str]
    connector_id: NotRequired[str]
    authorization_reference: NotRequired[str]


class StopSession(TypedDict):
    """Stop a session, named by the receiver's id."""

    response_url: str
    session_id: str


class UnlockConnector(TypedDict):
    """Let go of a stuck cable."""

    response_url: str
    location_id: str
    evse_uid: str
    connector_id: str


class CommandResponse(TypedDict):
    """The immediate answer; the result follows within ``timeout`` seconds if it is ACCEPTED."""

    result: str
    timeout: int
    message: NotRequired[list[DisplayText]]


class CommandResult(TypedDict):
    """What the charging station made of the command."""

    result: str
    message: NotRequired[list[DisplayText]]
