"""The table of routes against the protocol's, and what handlers may leave out."""

from typing import Any

import pytest

from ocn.ocpi.modules import FUNCTIONAL_MODULES, OPERATIONS, InterfaceRole, ModuleID
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.party import CPO_MODULES, EMSP_MODULES, MemoryStorage, StoredReceiver, StoredSender
from ocn.party.errors import ModuleNotImplemented
from ocn.party.handlers import LocationsSender, SessionsReceiver
from ocn.party.receiving.routes import ROUTES, Routes, is_in

S, R = InterfaceRole.SENDER, InterfaceRole.RECEIVER


# what 2.1.1 lacks within a module that it has: whoever asks all the same is answered
CANCEL = {
    ((ModuleID.COMMANDS, R), "POST", ("CANCEL_RESERVATION",)),
    ((ModuleID.SESSIONS, S), "PUT", ("{}", "charging_preferences")),
}


@pytest.mark.parametrize("version", VersionNumber)
def test_routes_cover_every_operation_of_the_protocol_and_nothing_else(version: VersionNumber) -> None:
    protocol = {
        ((operation.module, operation.interface_role), method, operation.path)
        for operation in OPERATIONS
        if version in operation.versions and operation.module in FUNCTIONAL_MODULES[VersionNumber.V2_2_1]
        for method in operation.methods
    }
    served = {
        (route.interface, route.http_method, route.path)
        for route in ROUTES
        if route.only_in in (None, version) and is_in(route.interface[0], version)
    }
    own = {
        ((ModuleID.CDRS, R), "GET", ("{}", "{}", "{}")),  # where the Location of a CDR leads
        ((ModuleID.HUB_CLIENT_INFO, R), "GET", ("{}", "{}")),
        ((ModuleID.HUB_CLIENT_INFO, R), "PUT", ("{}", "{}")),
    }
    beyond = CANCEL if version is VersionNumber.V2_1_1 else set()
    assert served - own - beyond == protocol
    assert {row for row in own if is_in(row[0][0], version)} <= served


def test_every_method_name_is_used_once() -> None:
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))


class Half:
    async def put_session(self, *_: Any) -> None: ...


class Declares(LocationsSender, SessionsReceiver):
    """Inherits both Protocols and implements one method."""

    async def put_session(self, *_: Any) -> None: ...


def test_interfaces_are_what_handlers_implement() -> None:
    assert Routes([Half()], roles=[Role.CPO]).interfaces == {(ModuleID.SESSIONS, R)}


def test_inherited_declaration_implements_nothing() -> None:
    handler: Any = Declares  # abstract to the checker, which is right: it is half an implementation
    assert Routes([handler()], roles=[Role.CPO]).interfaces == {(ModuleID.SESSIONS, R)}


def test_emsp_takes_results_without_any_handler() -> None:
    assert Routes([], roles=[Role.EMSP]).interfaces == {
        (ModuleID.COMMANDS, S),
        (ModuleID.CHARGING_PROFILES, S),
    }


def test_chosen_module_without_handler_is_named_at_start() -> None:
    with pytest.raises(ModuleNotImplemented, match=r"put_session \(sessions RECEIVER\)"):
        Routes([], chosen=[(ModuleID.SESSIONS, R)])
    with pytest.raises(ModuleNotImplemented, match=r"start_session, .*commands RECEIVER"):
        Routes([StoredSender(MemoryStorage())], chosen=[(ModuleID.COMMANDS, R)])


def test_interface_half_implemented_is_named_at_start() -> None:
    class NoPut:
        async def patch_session(self, *_: Any) -> None: ...

    with pytest.raises(ModuleNotImplemented, match=r"put_session \(sessions RECEIVER\)"):
        Routes([NoPut()])


def test_usual_sets_are_offered_with_stored_objects_and_a_few_methods() -> None:
    class Cpo:
        async def start_session(self, *_: Any) -> None: ...
        async def set_charging_profile(self, *_: Any) -> None: ...

    storage = MemoryStorage()
    stored: list[object] = [StoredSender(storage), StoredReceiver(storage)]
    assert Routes([Cpo(), *stored], chosen=CPO_MODULES).interfaces == CPO_MODULES
    assert Routes(stored, chosen=EMSP_MODULES).interfaces == EMSP_MODULES


def test_first_handler_with_a_method_serves() -> None:
    first, second = Half(), Half()
    route, method = Routes([first, second]).find(
        (ModuleID.SESSIONS, R), "PUT", ("DE", "CPO", "S1"), VersionNumber.V2_2_1
    )
    assert route.name == "put_session"
    assert method is not None
    assert getattr(method, "__self__", None) is first
