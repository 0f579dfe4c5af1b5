"""What the permission numbers of the Permissions contract cover: the truth table, as data.

The interface is the one being *called*: a CDR that a CPO posts goes to the RECEIVER interface. Numbers that
nobody named cover nothing. Custom modules are covered by none, not even by FORWARD_ALL: their content is
agreed between two parties and has no meaning for a third, and the network has always held it so.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from ocn.ocpi.modules import InterfaceRole, ModuleID

Coverage: TypeAlias = tuple[ModuleID | None, InterfaceRole | None]
"""A module and an interface; None stands for all of them."""

_S, _R = InterfaceRole.SENDER, InterfaceRole.RECEIVER

COVERAGE: Final[Mapping[int, Coverage]] = {
    0: (None, None),
    1: (None, _S),
    2: (None, _R),
    3: (ModuleID.LOCATIONS, _S),
    4: (ModuleID.LOCATIONS, _R),
    5: (ModuleID.SESSIONS, _S),
    6: (ModuleID.SESSIONS, _R),
    7: (ModuleID.CDRS, _S),
    8: (ModuleID.CDRS, _R),
    9: (ModuleID.TARIFFS, _S),
    10: (ModuleID.TARIFFS, _R),
    11: (ModuleID.TOKENS, _S),
    12: (ModuleID.TOKENS, _R),
    13: (ModuleID.COMMANDS, _S),
    14: (ModuleID.COMMANDS, _R),
    15: (ModuleID.CHARGING_PROFILES, _S),
    16: (ModuleID.CHARGING_PROFILES, _R),
}

_MODULES: Final = frozenset(str(module) for module in ModuleID)


def is_coverable(module: str) -> bool:
    """Whether there are permissions for a module at all."""
    return module in _MODULES


def permits(permissions: Iterable[int], module: str, interface_role: InterfaceRole) -> bool:
    """Whether any of the permissions covers a request to that interface of the module."""
    if not is_coverable(module):
        return False
    for number in permissions:
        covered = COVERAGE.get(number)
        if covered is None:
            continue
        if covered[0] in (None, module) and covered[1] in (None, interface_role):
            return True
    return False
