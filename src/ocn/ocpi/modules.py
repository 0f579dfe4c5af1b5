"""The modules and, as one table, every functional request there is, with the versions that have it.

Sources: the mod_* pages of OCPI 2.1.1, 2.2, 2.2.1 and 2.3.0 (second edition), and of its branches for
bookings and payments. A relay needs to know of a request only what this table says: whether the address
exists, and which of the few things that cross a hub and break (a page link, a location, a response_url) it
carries.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from ocn.ocpi.versions import VersionNumber


class ModuleID(StrEnum):
    """Module identifiers the texts define; any other identifier is a custom module."""

    BOOKINGS = "bookings"
    CDRS = "cdrs"
    CHARGING_PROFILES = "chargingprofiles"
    COMMANDS = "commands"
    CREDENTIALS = "credentials"
    HUB_CLIENT_INFO = "hubclientinfo"
    INVOICE_RECONCILIATION = "invoicereconciliation"
    LOCATIONS = "locations"
    PAYMENTS = "payments"
    SESSIONS = "sessions"
    TARIFFS = "tariffs"
    TOKENS = "tokens"


SPELLINGS = {**{str(module): module for module in ModuleID}, "Booking": ModuleID.BOOKINGS}
"""Every identifier by which a module goes: the bookings branch says ``Booking`` and writes ``bookings``."""


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


_ALL = frozenset(VersionNumber)
_2_1 = frozenset({VersionNumber.V2_1_1})
_2_3 = frozenset({VersionNumber.V2_3_0})
_FROM_2_2 = _ALL - _2_1


@dataclass(frozen=True, slots=True)
class Operation:
    """One row: methods on a path below a module's endpoint; ``{}`` stands for one segment."""

    module: ModuleID
    interface_role: InterfaceRole
    methods: frozenset[str]
    path: tuple[str, ...]
    carries: Carries = Carries.NOTHING
    versions: frozenset[VersionNumber] = _ALL


COMMANDS = ("CANCEL_RESERVATION", "RESERVE_NOW", "START_SESSION", "STOP_SESSION", "UNLOCK_CONNECTOR")

_S, _R = InterfaceRole.SENDER, InterfaceRole.RECEIVER


def _row(
    module: ModuleID,
    role: InterfaceRole,
    methods: str,
    path: str = "",
    carries: Carries = Carries.NOTHING,
    versions: frozenset[VersionNumber] = _ALL,
) -> Operation:
    segments = tuple(path.split("/")) if path else ()
    return Operation(module, role, frozenset(methods.split()), segments, carries, versions)


def _rows_of_bookings() -> tuple[Operation, ...]:
    """``Booking`` of the branch: the CPO is the sender, and receives the request for a booking."""
    module, places = ModuleID.BOOKINGS, "booking_locations"
    return (
        _row(module, _S, "GET", "", Carries.NEXT_PAGE, _2_3),
        _row(module, _S, "POST", "", versions=_2_3),
        _row(module, _S, "GET", places, Carries.NEXT_PAGE, _2_3),
        _row(module, _S, "GET", f"{places}/{{}}", versions=_2_3),
        _row(module, _S, "GET", f"{places}/{{}}/{{}}", versions=_2_3),
        _row(module, _R, "GET PUT PATCH", "{}/{}/{}", versions=_2_3),
        _row(module, _R, "GET PUT PATCH", f"{{}}/{{}}/{places}/{{}}", versions=_2_3),
        _row(module, _R, "GET PUT PATCH", f"{{}}/{{}}/{places}/{{}}/{{}}", versions=_2_3),
    )


def _rows_of_payments() -> tuple[Operation, ...]:
    """Terminals and confirmations of the branch: two collections under one endpoint."""
    module, terminals, confirmations = ModuleID.PAYMENTS, "terminals", "financial-advice-confirmations"
    return (
        _row(module, _S, "GET", terminals, Carries.NEXT_PAGE, _2_3),
        _row(module, _S, "POST", f"{terminals}/activate", versions=_2_3),
        _row(module, _S, "GET PUT PATCH", f"{terminals}/{{}}", versions=_2_3),
        _row(module, _S, "POST", f"{terminals}/{{}}/deactivate", versions=_2_3),
        _row(module, _S, "GET", confirmations, Carries.NEXT_PAGE, _2_3),
        _row(module, _S, "GET", f"{confirmations}/{{}}", versions=_2_3),
        _row(module, _R, "POST", terminals, versions=_2_3),
        _row(module, _R, "GET", f"{terminals}/{{}}", versions=_2_3),
        _row(module, _R, "POST", confirmations, versions=_2_3),
        _row(module, _R, "GET", f"{confirmations}/{{}}", versions=_2_3),
    )


def _rows_of_invoices() -> tuple[Operation, ...]:
    """Records of the second edition; its page gives no owner in the path, its type of module asks for one."""
    module = ModuleID.INVOICE_RECONCILIATION
    return (
        _row(module, _S, "GET", "", Carries.NEXT_PAGE, _2_3),
        _row(module, _R, "POST", "", versions=_2_3),
        _row(module, _R, "GET PUT DELETE", "{}", versions=_2_3),
        _row(module, _R, "GET PUT DELETE", "{}/{}/{}", versions=_2_3),
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
    _row(ModuleID.SESSIONS, _S, "PUT", "{}/charging_preferences", versions=_FROM_2_2),
    _row(ModuleID.SESSIONS, _R, "GET PUT PATCH", "{}/{}/{}"),
    _row(ModuleID.CDRS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.CDRS, _R, "POST", "", Carries.LOCATION),
    _row(ModuleID.TARIFFS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.TARIFFS, _R, "GET PUT DELETE", "{}/{}/{}"),
    _row(ModuleID.TARIFFS, _R, "PATCH", "{}/{}/{}", versions=_2_1),
    _row(ModuleID.TOKENS, _S, "GET", "", Carries.NEXT_PAGE),
    _row(ModuleID.TOKENS, _S, "POST", "{}/authorize"),
    _row(ModuleID.TOKENS, _R, "GET PUT PATCH", "{}/{}/{}"),
    *(
        _row(
            ModuleID.COMMANDS,
            _R,
            "POST",
            command,
            Carries.RESPONSE_URL_IN_BODY,
            _FROM_2_2 if command == "CANCEL_RESERVATION" else _ALL,
        )
        for command in COMMANDS
    ),
    _row(ModuleID.CHARGING_PROFILES, _S, "PUT", "{}", versions=_FROM_2_2),
    _row(ModuleID.CHARGING_PROFILES, _R, "GET DELETE", "{}", Carries.RESPONSE_URL_IN_QUERY, _FROM_2_2),
    _row(ModuleID.CHARGING_PROFILES, _R, "PUT", "{}", Carries.RESPONSE_URL_IN_BODY, _FROM_2_2),
    *_rows_of_invoices(),
    *_rows_of_bookings(),
    *_rows_of_payments(),
)

_BY_SHAPE: dict[tuple[VersionNumber, str, InterfaceRole, int], list[Operation]] = {}
for _operation in OPERATIONS:
    for _version in _operation.versions:
        _shape = (_version, str(_operation.module), _operation.interface_role, len(_operation.path))
        _BY_SHAPE.setdefault(_shape, []).append(_operation)

FUNCTIONAL_MODULES: dict[VersionNumber, frozenset[ModuleID]] = {
    _version: frozenset(operation.module for operation in OPERATIONS if _version in operation.versions)
    for _version in VersionNumber
}


def operations_at(
    module: str, role: InterfaceRole, path: tuple[str, ...], version: VersionNumber
) -> list[Operation]:
    """Return the rows whose path matches, whatever their methods; empty when the address does not exist."""
    return [
        operation
        for operation in _BY_SHAPE.get((version, module, role, len(path)), ())
        if all(want in ("{}", have) for want, have in zip(operation.path, path, strict=True))
    ]
