"""Which members the objects of a version have, taken from their types in :mod:`ocn.ocpi.objects`.

Only for peers that reject others. 2.3.0 forbids to reject them, so it is not listed. For 2.1.1 the rules
write every member themselves.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, get_args, get_type_hints, is_typeddict

from ocn.conversion.objects import ObjectKind
from ocn.ocpi import objects
from ocn.ocpi.versions import VersionNumber

Members: TypeAlias = Mapping[str, "Members | None"]
"""The members of an object, each with the members of the objects it holds."""


def _members(shape: Any) -> Members | None:
    """Find the object type inside a type: ``NotRequired[list[Evse]]`` holds EVSEs."""
    if is_typeddict(shape):
        return {name: _members(inner) for name, inner in get_type_hints(shape).items()}
    return next((found for inner in get_args(shape) if (found := _members(inner)) is not None), None)


_TYPES: Mapping[ObjectKind, Any] = MappingProxyType(
    {
        ObjectKind.LOCATION: objects.Location,
        ObjectKind.EVSE: objects.Evse,
        ObjectKind.CONNECTOR: objects.Connector,
        ObjectKind.SESSION: objects.Session,
        ObjectKind.CHARGING_PREFERENCES: objects.ChargingPreferences,
        ObjectKind.CDR: objects.Cdr,
        ObjectKind.TARIFF: objects.Tariff,
        ObjectKind.TOKEN: objects.Token,
        ObjectKind.LOCATION_REFERENCES: objects.LocationReferences,
        ObjectKind.AUTHORIZATION_INFO: objects.AuthorizationInfo,
        ObjectKind.CANCEL_RESERVATION: objects.CancelReservation,
        ObjectKind.RESERVE_NOW: objects.ReserveNow,
        ObjectKind.START_SESSION: objects.StartSession,
        ObjectKind.STOP_SESSION: objects.StopSession,
        ObjectKind.UNLOCK_CONNECTOR: objects.UnlockConnector,
        ObjectKind.COMMAND_RESPONSE: objects.CommandResponse,
        ObjectKind.COMMAND_RESULT: objects.CommandResult,
        ObjectKind.SET_CHARGING_PROFILE: objects.SetChargingProfile,
        ObjectKind.ACTIVE_CHARGING_PROFILE: objects.ActiveChargingProfile,
        ObjectKind.CHARGING_PROFILE_RESPONSE: objects.ChargingProfileResponse,
        ObjectKind.CHARGING_PROFILE_RESULT: objects.ChargingProfileResult,
        ObjectKind.ACTIVE_CHARGING_PROFILE_RESULT: objects.ActiveChargingProfileResult,
        ObjectKind.CLIENT_INFO: objects.ClientInfo,
    }
)
_OF_2_2_1: Mapping[ObjectKind, Members] = MappingProxyType(
    {kind: members for kind, shape in _TYPES.items() if (members := _members(shape)) is not None}
)

MEMBERS_OF: Mapping[VersionNumber, Mapping[ObjectKind, Members]] = MappingProxyType(
    {VersionNumber.V2_2: _OF_2_2_1, VersionNumber.V2_2_1: _OF_2_2_1}
)
"""The rules towards 2.2 have taken out what 2.2.1 added, so the members of 2.2.1 serve for both."""
