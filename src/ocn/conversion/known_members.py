"""Which members the objects of a version have, taken from their types in :mod:`ocn.ocpi.objects`.

Only for peers that reject others. 2.3.0 forbids to reject them, so it is not listed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, get_args, get_type_hints, is_typeddict

from ocn.conversion.objects import ObjectKind
from ocn.ocpi import objects
from ocn.ocpi.objects import v2_1_1
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
_TYPES_2_1_1: Mapping[ObjectKind, Any] = MappingProxyType(
    {
        ObjectKind.LOCATION: v2_1_1.Location,
        ObjectKind.EVSE: v2_1_1.Evse,
        ObjectKind.CONNECTOR: v2_1_1.Connector,
        ObjectKind.SESSION: v2_1_1.Session,
        ObjectKind.CDR: v2_1_1.Cdr,
        ObjectKind.TARIFF: v2_1_1.Tariff,
        ObjectKind.TOKEN: v2_1_1.Token,
        ObjectKind.LOCATION_REFERENCES: v2_1_1.LocationReferences,
        ObjectKind.AUTHORIZATION_INFO: v2_1_1.AuthorizationInfo,
        ObjectKind.RESERVE_NOW: v2_1_1.ReserveNow,
        ObjectKind.START_SESSION: v2_1_1.StartSession,
        ObjectKind.STOP_SESSION: objects.StopSession,
        ObjectKind.UNLOCK_CONNECTOR: objects.UnlockConnector,
        ObjectKind.COMMAND_RESPONSE: v2_1_1.CommandResponse,
        ObjectKind.COMMAND_RESULT: v2_1_1.CommandResponse,
    }
)


def _all(types: Mapping[ObjectKind, Any]) -> Mapping[ObjectKind, Members]:
    return MappingProxyType(
        {kind: members for kind, shape in types.items() if (members := _members(shape)) is not None}
    )


_OF_2_2_1 = _all(_TYPES)

MEMBERS_OF: Mapping[VersionNumber, Mapping[ObjectKind, Members]] = MappingProxyType(
    {
        VersionNumber.V2_1_1: _all(_TYPES_2_1_1),
        VersionNumber.V2_2: _OF_2_2_1,
        VersionNumber.V2_2_1: _OF_2_2_1,
    }
)
"""The rules towards 2.2 have taken out what 2.2.1 added, so the members of 2.2.1 serve for both."""
