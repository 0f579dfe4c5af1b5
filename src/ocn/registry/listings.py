"""What the contracts list, as frozen values; enumerations stand in the order of the contracts."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role

ROLES: Final = (Role.CPO, Role.EMSP, Role.HUB, Role.NAP, Role.NSP, Role.OTHER, Role.SCSP)
MODULES: Final = (
    ModuleID.CDRS,
    ModuleID.CHARGING_PROFILES,
    ModuleID.COMMANDS,
    ModuleID.LOCATIONS,
    ModuleID.SESSIONS,
    ModuleID.TARIFFS,
    ModuleID.TOKENS,
)


class Permission(IntEnum):
    """What a service asks to receive copies of; the contract accepts other numbers too."""

    FORWARD_ALL = 0
    FORWARD_ALL_SENDER = 1
    FORWARD_ALL_RECEIVER = 2
    FORWARD_MODULE_LOCATIONS_SENDER = 3
    FORWARD_MODULE_LOCATIONS_RECEIVER = 4
    FORWARD_MODULE_SESSIONS_SENDER = 5
    FORWARD_MODULE_SESSIONS_RECEIVER = 6
    FORWARD_MODULE_CDRS_SENDER = 7
    FORWARD_MODULE_CDRS_RECEIVER = 8
    FORWARD_MODULE_TARIFFS_SENDER = 9
    FORWARD_MODULE_TARIFFS_RECEIVER = 10
    FORWARD_MODULE_TOKENS_SENDER = 11
    FORWARD_MODULE_TOKENS_RECEIVER = 12
    FORWARD_MODULE_COMMANDS_SENDER = 13
    FORWARD_MODULE_COMMANDS_RECEIVER = 14
    FORWARD_MODULE_CHARGINGPROFILES_SENDER = 15
    FORWARD_MODULE_CHARGINGPROFILES_RECEIVER = 16


@dataclass(frozen=True, slots=True)
class NodeListing:
    """A node: the operator's address (EIP-55) and the public base URL as it was registered."""

    operator: str
    url: str


@dataclass(frozen=True, slots=True)
class Modules:
    """The modules a party says it offers, per interface; empty means that it says nothing."""

    sender: tuple[ModuleID, ...] = ()
    receiver: tuple[ModuleID, ...] = ()


@dataclass(frozen=True, slots=True)
class PartyListing:
    """A party: its ids, its own key's address, and the node that serves it.

    ``node_url`` is None while the operator has no node listed. Addresses are in EIP-55 case.
    """

    party: PartyId
    address: str
    roles: tuple[Role, ...]
    modules: Modules
    operator: str
    node_url: str | None


@dataclass(frozen=True, slots=True)
class Service:
    """A party that asks for copies of traffic; ``party`` is None when the provider is not listed any more.

    ``permissions`` holds numbers of :class:`Permission` and, from other software, numbers nobody named.
    """

    provider: str
    party: PartyId | None
    name: str
    url: str
    permissions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A user's consent that a provider receives copies of its traffic; both are addresses."""

    user: str
    provider: str


def party_id_of(country_code: bytes, party_id: bytes) -> PartyId | None:
    """Return the ids as they stand in the contract, or None when they are not printable ASCII."""
    try:
        return PartyId(country_code.decode("ascii"), party_id.decode("ascii"))
    except ValueError:
        return None


def is_canonical(party: PartyId) -> bool:
    """Whether the ids are in upper case, the only form in which clients ask the contract for them.

    The contract compares bytes, so ``de ABC`` may be listed beside ``DE ABC`` by someone else. Whoever
    compares without regard to case must not see the former at all.
    """
    return party.key == party.country_code + party.party_id


def roles_of(numbers: tuple[int, ...]) -> tuple[Role, ...]:
    """Return the roles of these contract numbers; unknown numbers are left out."""
    return tuple(ROLES[number] for number in numbers if number < len(ROLES))


def modules_of(numbers: tuple[int, ...]) -> tuple[ModuleID, ...]:
    """Return the modules of these contract numbers; unknown numbers are left out."""
    return tuple(MODULES[number] for number in numbers if number < len(MODULES))
