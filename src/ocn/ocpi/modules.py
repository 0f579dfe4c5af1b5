"""The modules and, as one table, every functional request there is (OCPI 2.2 and 2.2.1, all mod_* pages).

A relay needs to know of a request only what this table says: whether the address exists, and which of the
few things that cross a hub and break (a page link, a location, a response_url) it carries.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class ModuleID(StrEnum):
    """Module identifiers the texts define; any other identifier is a custom module."""

    CDRS = "cdrs"
    CHARGING_PROFILES = "chargingprofiles"
    COMMANDS = "commands"
    CREDENTIALS = "credentials"
    HUB_CLIENT_INFO = "hubclientinfo"
    LOCATIONS = "locations"
    SESSIONS = "sessions"
    TARIFFS = "tariffs"
    TOKENS = "tokens"


class InterfaceRole(StrEnum):
    """Which side of a module is called: the owner's (SENDER) or the consumer's (RECEIVER)."""

    SENDER = "SENDER"
    RECEIVER = "RECEIVER"


class Carries(Enum):
    """What of a request or its answer names an address, and so must be rewritten on the way."""

    NOTHING = auto()
    NEXT_PAGE = auto()
    """The answer may have ``Link: <...>; rel="next"``."""
    LOCATION = auto()
    """The answer has a ``Location``."""
    RESPONSE_URL_IN_BODY = auto()
    RESPONSE_URL_IN_QUERY = auto()


@dataclass(frozen=True, slots=True)
class Operation:
    """One row: methods on a path below a module's endpoint; ``{}`` stands for one segment."""

    module: ModuleID
    interface_role: InterfaceRole
    methods: frozenset[str]
    path: tuple[str, ...]
    carries: Carries = Carries.NOTHING


COMMANDS = ("CANCEL_RESERVATION", "RESERVE_NOW", "START_SESSION", "STOP_SESSION", "UNLOCK_CONNECTOR")

_S, _R = InterfaceRole.SENDER, InterfaceRole.RECEIVER


def _row(
    module: ModuleID, role: InterfaceRole, methods: str, path: str = "", carries: Carries = Carries.NOTHING
) -> Operation:
    return Operation(
        module, role, frozenset(methods.split()), tuple(path.split("/")) if path else (), carries
    )


OPERATIONS: tuple[Operation, ...] = (
    _row(ModuleID.LOCATIONS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.LOCATIONS, _S, "GET", "{}"),
    _row(ModuleID.LOCATIONS, _S, "GET", "{}/{}"),
    _row(ModuleID.LOCATIONS, _S, "GET", "{}/{}/{}"),
    _row(ModuleID.LOCATIONS, _R, "GET PUT PATCH", "{}/{}/{}"),
    _row(ModuleID.LOCATIONS, _R, "GET PUT PATCH", "{}/{}/{}/{}"),
    _row(ModuleID.LOCATIONS, _R, "GET PUT PATCH", "{}/{}/{}/{}/{}"),
    _row(ModuleID.SESSIONS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.SESSIONS, _S, "PUT", "{}/charging_preferences"),
    _row(ModuleID.SESSIONS, _R, "GET PUT PATCH", "{}/{}/{}"),
    _row(ModuleID.CDRS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.CDRS, _R, "POST", "", Carries.LOCATION),
    _row(ModuleID.TARIFFS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.TARIFFS, _R, "GET PUT DELETE", "{}/{}/{}"),
    _row(ModuleID.TOKENS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.TOKENS, _S, "POST", "{}/authorize"),
    _row(ModuleID.TOKENS, _R, "GET PUT PATCH", "{}/{}/{}"),
    *(_row(ModuleID.COMMANDS, _R, "POST", name, Carries.RESPONSE_URL_IN_BODY) for name in COMMANDS),
    _row(ModuleID.CHARGING_PROFILES, _S, "PUT", "{}"),
    _row(ModuleID.CHARGING_PROFILES, _R, "GET DELETE", "{}", Carries.RESPONSE_URL_IN_QUERY),
    _row(ModuleID.CHARGING_PROFILES, _R, "PUT", "{}", Carries.RESPONSE_URL_IN_BODY),
)

FUNCTIONAL_MODULES = frozenset(operation.module for operation in OPERATIONS)

_BY_SHAPE: dict[tuple[str, InterfaceRole, int], list[Operation]] = {}
for _operation in OPERATIONS:
    _shape = (str(_operation.module), _operation.interface_role, len(_operation.path))
    _BY_SHAPE.setdefault(_shape, []).append(_operation)


def operations_at(module: str, role: InterfaceRole, path: tuple[str, ...]) -> list[Operation]:
    """Return the rows whose path matches, whatever their methods; empty when the address does not exist."""
    return [
        operation
        for operation in _BY_SHAPE.get((module, role, len(path)), ())
        if all(want in ("{}", have) for want, have in zip(operation.path, path, strict=True))
    ]
