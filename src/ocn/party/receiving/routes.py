"""Every request a party can serve, and the handler method that serves it (all mod_* pages)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocn.ocpi.errors import MethodNotAllowed, UnknownObject
from ocn.ocpi.modules import FUNCTIONAL_MODULES, InterfaceRole, ModuleID
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.party.errors import ModuleNotImplemented
from ocn.party.handlers import (
    CdrsReceiver,
    CdrsSender,
    ChargingProfilesReceiver,
    ChargingProfilesSender,
    CommandsReceiver,
    HubClientInfoReceiver,
    LocationsReceiver,
    LocationsSender,
    SessionsReceiver,
    SessionsSender,
    TariffsReceiver,
    TariffsSender,
    TokensReceiver,
    TokensSender,
)
from ocn.party.receiving import answers as shape
from ocn.party.receiving.answers import Method, Shape

Interface = tuple[str, InterfaceRole]
"""A module's identifier and the side of it."""

_S, _R = InterfaceRole.SENDER, InterfaceRole.RECEIVER
ANSWERED_BY_THE_KIT: frozenset[Interface] = frozenset(
    {
        (ModuleID.COMMANDS, _S),
        (ModuleID.CHARGING_PROFILES, _S),
    }
)
"""Asynchronous results come in here; a back end need not implement anything."""


@dataclass(frozen=True, slots=True)
class Route:
    """One request: methods on a path below an endpoint (``{}`` is one segment), and who serves it."""

    interface: Interface
    http_method: str
    path: tuple[str, ...]
    declaration: Callable[..., Any]
    shape: Shape
    needed: bool
    """Without this method the interface would make no sense."""
    only_in: VersionNumber | None = None
    """The one version that has it."""

    @property
    def name(self) -> str:
        """The handler's method."""
        return self.declaration.__name__


def _route(
    module: ModuleID,
    role: InterfaceRole,
    request: str,
    declaration: Callable[..., Any],
    answer: Shape,
    *,
    needed: bool = False,
    only_in: VersionNumber | None = None,
) -> Route:
    http_method, _, path = request.partition(" ")
    return Route(
        (module, role),
        http_method,
        tuple(path.split("/")) if path else (),
        declaration,
        answer,
        needed,
        only_in,
    )


_L, _SE, _C, _TA, _TO = (
    ModuleID.LOCATIONS,
    ModuleID.SESSIONS,
    ModuleID.CDRS,
    ModuleID.TARIFFS,
    ModuleID.TOKENS,
)
_CO, _CP, _HC = ModuleID.COMMANDS, ModuleID.CHARGING_PROFILES, ModuleID.HUB_CLIENT_INFO
_ONE, _TWO, _THREE = "{}/{}/{}", "{}/{}/{}/{}", "{}/{}/{}/{}/{}"

ROUTES: tuple[Route, ...] = (
    _route(_L, _S, "GET", LocationsSender.list_locations, shape.a_list, needed=True),
    _route(_L, _S, "GET {}", LocationsSender.get_location, shape.an_object),
    _route(_L, _S, "GET {}/{}", LocationsSender.get_evse, shape.an_object),
    _route(_L, _S, "GET {}/{}/{}", LocationsSender.get_connector, shape.an_object),
    _route(_L, _R, f"GET {_ONE}", LocationsReceiver.get_stored_location, shape.a_stored_object),
    _route(_L, _R, f"PUT {_ONE}", LocationsReceiver.put_location, shape.a_put, needed=True),
    _route(_L, _R, f"PATCH {_ONE}", LocationsReceiver.patch_location, shape.a_patch),
    _route(_L, _R, f"GET {_TWO}", LocationsReceiver.get_stored_evse, shape.a_stored_object),
    _route(_L, _R, f"PUT {_TWO}", LocationsReceiver.put_evse, shape.a_put),
    _route(_L, _R, f"PATCH {_TWO}", LocationsReceiver.patch_evse, shape.a_patch),
    _route(_L, _R, f"GET {_THREE}", LocationsReceiver.get_stored_connector, shape.a_stored_object),
    _route(_L, _R, f"PUT {_THREE}", LocationsReceiver.put_connector, shape.a_put),
    _route(_L, _R, f"PATCH {_THREE}", LocationsReceiver.patch_connector, shape.a_patch),
    _route(_SE, _S, "GET", SessionsSender.list_sessions, shape.a_list, needed=True),
    _route(
        _SE, _S, "PUT {}/charging_preferences", SessionsSender.set_charging_preferences, shape.preferences
    ),
    _route(_SE, _R, f"GET {_ONE}", SessionsReceiver.get_stored_session, shape.a_stored_object),
    _route(_SE, _R, f"PUT {_ONE}", SessionsReceiver.put_session, shape.a_put, needed=True),
    _route(_SE, _R, f"PATCH {_ONE}", SessionsReceiver.patch_session, shape.a_patch),
    _route(_C, _S, "GET", CdrsSender.list_cdrs, shape.a_list, needed=True),
    _route(_C, _R, "POST", CdrsReceiver.post_cdr, shape.a_cdr, needed=True),
    _route(_C, _R, f"GET {_ONE}", CdrsReceiver.get_stored_cdr, shape.a_stored_object, needed=True),
    _route(_TA, _S, "GET", TariffsSender.list_tariffs, shape.a_list, needed=True),
    _route(_TA, _R, f"GET {_ONE}", TariffsReceiver.get_stored_tariff, shape.a_stored_object),
    _route(_TA, _R, f"PUT {_ONE}", TariffsReceiver.put_tariff, shape.a_put, needed=True),
    _route(
        _TA, _R, f"PATCH {_ONE}", TariffsReceiver.patch_tariff, shape.a_patch, only_in=VersionNumber.V2_1_1
    ),
    _route(_TA, _R, f"DELETE {_ONE}", TariffsReceiver.delete_tariff, shape.a_deletion),
    _route(_TO, _S, "GET", TokensSender.list_tokens, shape.a_list, needed=True),
    _route(_TO, _S, "POST {}/authorize", TokensSender.authorize_token, shape.an_authorization),
    _route(_TO, _R, f"GET {_ONE}", TokensReceiver.get_stored_token, shape.a_stored_object),
    _route(_TO, _R, f"PUT {_ONE}", TokensReceiver.put_token, shape.a_put, needed=True),
    _route(_TO, _R, f"PATCH {_ONE}", TokensReceiver.patch_token, shape.a_patch),
    _route(_CO, _R, "POST START_SESSION", CommandsReceiver.start_session, shape.a_command),
    _route(_CO, _R, "POST STOP_SESSION", CommandsReceiver.stop_session, shape.a_command),
    _route(_CO, _R, "POST RESERVE_NOW", CommandsReceiver.reserve_now, shape.a_command),
    _route(_CO, _R, "POST CANCEL_RESERVATION", CommandsReceiver.cancel_reservation, shape.a_command),
    _route(_CO, _R, "POST UNLOCK_CONNECTOR", CommandsReceiver.unlock_connector, shape.a_command),
    _route(_CP, _S, "PUT {}", ChargingProfilesSender.put_active_charging_profile, shape.a_report),
    _route(
        _CP,
        _R,
        "GET {}",
        ChargingProfilesReceiver.get_active_charging_profile,
        shape.a_profile_to_get,
    ),
    _route(
        _CP,
        _R,
        "PUT {}",
        ChargingProfilesReceiver.set_charging_profile,
        shape.a_profile_to_set,
        needed=True,
    ),
    _route(_CP, _R, "DELETE {}", ChargingProfilesReceiver.clear_charging_profile, shape.a_profile_to_clear),
    _route(_HC, _R, "GET {}/{}", HubClientInfoReceiver.get_stored_client_info, shape.stored_client_info),
    _route(_HC, _R, "PUT {}/{}", HubClientInfoReceiver.put_client_info, shape.client_info, needed=True),
)

CPO_MODULES: frozenset[Interface] = frozenset({
    (_L, _S), (_TA, _S), (_C, _S), (_SE, _S), (_CO, _R), (_CP, _R), (_TO, _R),
})  # fmt: skip
"""What a charge point operator usually offers."""
EMSP_MODULES: frozenset[Interface] = frozenset({
    (_CO, _S), (_CP, _S), (_TO, _S), (_SE, _R), (_C, _R), (_L, _R), (_TA, _R),
})  # fmt: skip
"""What a provider usually offers."""


def is_in(module: str, version: VersionNumber) -> bool:
    """Whether a version has a module; nobody's text speaks of custom ones, which need routing headers."""
    if module == ModuleID.HUB_CLIENT_INFO or module not in set(ModuleID):
        return version.has_routing
    return module in FUNCTIONAL_MODULES[version]


class Routes:
    """The table, bound to the handlers of one party."""

    def __init__(
        self,
        handlers: Sequence[object],
        *,
        chosen: Iterable[Interface] | None = None,
        roles: Iterable[Role] = (),
        custom: Iterable[Interface] = (),
    ) -> None:
        """Bind; of several handlers with the same method the first serves.

        Raises:
            ModuleNotImplemented: a chosen interface, or one begun, lacks a method it needs.
        """
        bound = {route: _method(route, handlers) for route in ROUTES}
        self._methods: Mapping[Route, Method | None] = bound
        begun = {route.interface for route, method in bound.items() if method is not None}
        by_default = begun | (ANSWERED_BY_THE_KIT if set(roles) - {Role.CPO} else frozenset())
        self.interfaces = frozenset(by_default if chosen is None else chosen) | frozenset(custom)
        missing = sorted(_missing(self.interfaces - ANSWERED_BY_THE_KIT - set(custom), begun, bound))
        if missing:
            raise ModuleNotImplemented(
                f"No handler implements {'; '.join(missing)}.",
                hint="Add the methods (ocn.party.handlers has their signatures) or choose other modules.",
            )

    def find(
        self, interface: Interface, http_method: str, path: tuple[str, ...], version: VersionNumber
    ) -> tuple[Route, Method | None]:
        """Return the route of a request and the method bound to it, None when the handler leaves it out.

        Raises:
            UnknownObject: no such address here.
            MethodNotAllowed: the address takes other methods.
        """
        if interface not in self.interfaces:
            raise UnknownObject(
                f"this platform does not offer the {interface[1]} interface of {interface[0]}"
            )
        at_path = [
            route
            for route in ROUTES
            if route.interface == interface
            and route.only_in in (None, version)
            and len(route.path) == len(path)
            and all(want in ("{}", have) for want, have in zip(route.path, path, strict=True))
        ]
        if not at_path:
            raise UnknownObject(f"the {interface[1]} interface of {interface[0]} has no such path")
        for route in at_path:
            if route.http_method == http_method:
                return route, self._methods[route]
        raise MethodNotAllowed(f"{http_method} is not served here")


def _method(route: Route, handlers: Sequence[object]) -> Method | None:
    for handler in handlers:
        method: Method | None = getattr(handler, route.name, None)
        if callable(method) and getattr(method, "__func__", method) is not route.declaration:
            return method
    return None


def _missing(
    wanted: Iterable[Interface], begun: set[Interface], bound: Mapping[Route, Method | None]
) -> Iterable[str]:
    for interface in wanted:
        of_interface = [route for route in ROUTES if route.interface == interface]
        lacking = [route.name for route in of_interface if route.needed and bound[route] is None]
        if interface not in begun and not lacking:
            lacking = [route.name for route in of_interface]
        if lacking:
            yield f"{', '.join(lacking)} ({interface[0]} {interface[1]})"
