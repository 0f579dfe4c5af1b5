"""What stands in the body and in the answer of every request that is relayed.

The table has one row for every row of :data:`ocn.ocpi.modules.OPERATIONS` that carries an object with
versions. Modules that only 2.3.0 has cannot be converted and are not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ocn.conversion.objects import ObjectKind
from ocn.ocpi.modules import COMMANDS, InterfaceRole, ModuleID


@dataclass(frozen=True, slots=True)
class Contents:
    """``request`` and ``answer`` are None where there is nothing, or nothing with versions (a word)."""

    request: ObjectKind | None = None
    patch: bool = False
    """The request holds some members of the object only."""
    answer: ObjectKind | None = None
    page: bool = False
    """The answer is a list of them."""


_S, _R = InterfaceRole.SENDER, InterfaceRole.RECEIVER
_PLACES = (ObjectKind.LOCATION, ObjectKind.EVSE, ObjectKind.CONNECTOR)


def _owned(
    module: ModuleID, kind: ObjectKind, depth: int = 3
) -> dict[tuple[str, InterfaceRole, str, int], Contents]:
    """Rows of an object at ``{country_code}/{party_id}/{id}...`` of a receiver."""
    return {
        (module, _R, "GET", depth): Contents(answer=kind),
        (module, _R, "PUT", depth): Contents(request=kind),
        (module, _R, "PATCH", depth): Contents(request=kind, patch=True),
        (module, _R, "DELETE", depth): Contents(),
    }


_CONTENTS: Mapping[tuple[str, InterfaceRole, str, int], Contents] = MappingProxyType(
    {
        **{
            (module, _S, "GET", 0): Contents(answer=kind, page=True)
            for module, kind in (
                (ModuleID.LOCATIONS, ObjectKind.LOCATION),
                (ModuleID.SESSIONS, ObjectKind.SESSION),
                (ModuleID.CDRS, ObjectKind.CDR),
                (ModuleID.TARIFFS, ObjectKind.TARIFF),
                (ModuleID.TOKENS, ObjectKind.TOKEN),
                (ModuleID.HUB_CLIENT_INFO, ObjectKind.CLIENT_INFO),
            )
        },
        **{
            (ModuleID.LOCATIONS, _S, "GET", 1 + below): Contents(answer=kind)
            for below, kind in enumerate(_PLACES)
        },
        **_owned(ModuleID.LOCATIONS, ObjectKind.LOCATION, 3),
        **_owned(ModuleID.LOCATIONS, ObjectKind.EVSE, 4),
        **_owned(ModuleID.LOCATIONS, ObjectKind.CONNECTOR, 5),
        **_owned(ModuleID.SESSIONS, ObjectKind.SESSION),
        (ModuleID.SESSIONS, _S, "PUT", 2): Contents(request=ObjectKind.CHARGING_PREFERENCES),
        (ModuleID.CDRS, _R, "POST", 0): Contents(request=ObjectKind.CDR),
        (ModuleID.CDRS, _R, "GET", 1): Contents(answer=ObjectKind.CDR),
        **_owned(ModuleID.TARIFFS, ObjectKind.TARIFF),
        **_owned(ModuleID.TOKENS, ObjectKind.TOKEN),
        (ModuleID.TOKENS, _S, "POST", 2): Contents(
            request=ObjectKind.LOCATION_REFERENCES, answer=ObjectKind.AUTHORIZATION_INFO
        ),
        (ModuleID.CHARGING_PROFILES, _S, "PUT", 1): Contents(request=ObjectKind.ACTIVE_CHARGING_PROFILE),
        (ModuleID.CHARGING_PROFILES, _R, "GET", 1): Contents(answer=ObjectKind.CHARGING_PROFILE_RESPONSE),
        (ModuleID.CHARGING_PROFILES, _R, "DELETE", 1): Contents(answer=ObjectKind.CHARGING_PROFILE_RESPONSE),
        (ModuleID.CHARGING_PROFILES, _R, "PUT", 1): Contents(
            request=ObjectKind.SET_CHARGING_PROFILE, answer=ObjectKind.CHARGING_PROFILE_RESPONSE
        ),
        (ModuleID.HUB_CLIENT_INFO, _R, "GET", 2): Contents(answer=ObjectKind.CLIENT_INFO),
        (ModuleID.HUB_CLIENT_INFO, _R, "PUT", 2): Contents(request=ObjectKind.CLIENT_INFO),
    }
)
_COMMANDS: Mapping[str, Contents] = MappingProxyType(
    {name: Contents(request=ObjectKind(name), answer=ObjectKind.COMMAND_RESPONSE) for name in COMMANDS}
)
_RESULTS: Mapping[tuple[str, str], Contents] = MappingProxyType(
    {
        (ModuleID.COMMANDS, "POST"): Contents(request=ObjectKind.COMMAND_RESULT),
        (ModuleID.CHARGING_PROFILES, "GET"): Contents(request=ObjectKind.ACTIVE_CHARGING_PROFILE_RESULT),
        (ModuleID.CHARGING_PROFILES, "PUT"): Contents(request=ObjectKind.CHARGING_PROFILE_RESULT),
        (ModuleID.CHARGING_PROFILES, "DELETE"): Contents(request=ObjectKind.CHARGING_PROFILE_RESULT),
    }
)


def contents_of(module: str, role: InterfaceRole, method: str, path: tuple[str, ...]) -> Contents | None:
    """Return what a request carries, by its path below the module's endpoint.

    A CDR that is fetched from its ``Location`` is asked for as ``("GET", (anything,))``, a next page as the
    list it continues. None: no conversion is known, so it may only pass between equal versions.
    """
    if module == ModuleID.COMMANDS:
        known = role is _R and method == "POST" and len(path) == 1
        return _COMMANDS.get(path[0]) if known else None
    return _CONTENTS.get((module, role, method, len(path)))


def contents_of_result(module: str, method: str) -> Contents | None:
    """Return what the POST to a ``response_url`` carries: ``method`` is that of the request it answers."""
    return _RESULTS.get((module, method))
