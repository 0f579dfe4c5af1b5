"""What in a request without a receiver tells whom it is for (HUB-44). Pure: reads, looks nothing up."""

import contextlib
from dataclasses import dataclass
from urllib.parse import unquote

import msgspec

from ocn.node.stages import Received
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.unreadable import UNREADABLE


@dataclass(frozen=True, slots=True)
class ObjectClue:
    """It is for whoever has this object."""

    module: ModuleID
    id: str


@dataclass(frozen=True, slots=True)
class PartyClue:
    """It names the party."""

    party: PartyId


@dataclass(frozen=True, slots=True)
class ContractClue:
    """It names a contract; the party is the one that issued it."""

    contract_id: str


Clue = ObjectClue | PartyClue | ContractClue


class _TokenClue(msgspec.Struct):
    country_code: str = ""
    party_id: str = ""
    uid: str = ""
    contract_id: str = ""
    auth_id: str = ""


class _Body(msgspec.Struct):
    cdr_token: _TokenClue | None = None
    auth_id: str = ""
    location_id: str = ""
    session_id: str = ""
    reservation_id: str | int = ""


def clues_in(received: Received) -> list[Clue]:
    """Return the clues of a request, best first; empty when there is none.

    Raises:
        InvalidParameters: the body that must be read for it cannot be.
    """
    address = received.address
    parts = [unquote(part) for part in address.path.split("/") if part]
    match address.module, address.interface_role, parts:
        case (ModuleID.LOCATIONS, InterfaceRole.SENDER, [location, *_]):
            return [ObjectClue(ModuleID.LOCATIONS, location)]
        case (ModuleID.SESSIONS, InterfaceRole.RECEIVER, [_, _, session]):
            return [ObjectClue(ModuleID.SESSIONS, session), *_driver(received)]
        case (ModuleID.SESSIONS, InterfaceRole.SENDER, [session, _]) | (
            ModuleID.CHARGING_PROFILES,
            _,
            [session],
        ):
            return [ObjectClue(ModuleID.SESSIONS, session)]
        case (ModuleID.TOKENS, InterfaceRole.SENDER, [uid, _]):
            return [ObjectClue(ModuleID.TOKENS, uid)]
        case (ModuleID.COMMANDS, InterfaceRole.RECEIVER, _):
            return _commanded(received)
    return _driver(received) if address.module == ModuleID.CDRS else []


def _driver(received: Received) -> list[Clue]:
    if received.method not in ("PUT", "POST", "PATCH"):
        return []
    body = _read(received)
    token = body.cdr_token or _TokenClue()
    clues: list[Clue] = []
    with contextlib.suppress(ValueError):  # 2.2 and 2.1.1 do not name the party; the contract does
        clues.append(PartyClue(PartyId(token.country_code, token.party_id)))
    contract = token.contract_id or token.auth_id or body.auth_id
    if contract:
        clues.append(ContractClue(contract))
    return clues


def _commanded(received: Received) -> list[Clue]:
    body = _read(received)
    if body.location_id:
        return [ObjectClue(ModuleID.LOCATIONS, body.location_id)]
    if body.session_id:
        return [ObjectClue(ModuleID.SESSIONS, body.session_id)]
    if body.reservation_id:
        return [ObjectClue(ModuleID.COMMANDS, str(body.reservation_id))]
    return []


def _read(received: Received) -> _Body:
    try:
        return msgspec.json.decode(received.body, type=_Body)
    except UNREADABLE as error:
        raise InvalidParameters(f"the body does not tell its receiver: {error}") from error
