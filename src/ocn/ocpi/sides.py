"""Which side of a module a platform has in OCPI 2.1.1, whose version details do not say it.

There a platform is a CPO or an eMSP, and its version details name each module once: the owner's side of
what it owns, the consumer's side of the rest.
"""

from collections.abc import Iterable, Mapping

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.roles import Role

_OF_CPO: Mapping[ModuleID, InterfaceRole] = {
    ModuleID.CDRS: InterfaceRole.SENDER,
    ModuleID.COMMANDS: InterfaceRole.RECEIVER,
    ModuleID.LOCATIONS: InterfaceRole.SENDER,
    ModuleID.SESSIONS: InterfaceRole.SENDER,
    ModuleID.TARIFFS: InterfaceRole.SENDER,
    ModuleID.TOKENS: InterfaceRole.RECEIVER,
}
_OTHER_SIDE = {
    InterfaceRole.SENDER: InterfaceRole.RECEIVER,
    InterfaceRole.RECEIVER: InterfaceRole.SENDER,
}


def sides(role: Role) -> Mapping[ModuleID, InterfaceRole]:
    """Return the side of each 2.1.1 module; whoever is not a CPO consumes what CPOs own, as an eMSP does."""
    if role is Role.CPO:
        return _OF_CPO
    return {module: _OTHER_SIDE[side] for module, side in _OF_CPO.items()}


def only_role(roles: Iterable[Role]) -> Role | None:
    """Return the one side of the market that roles stand for, or None when they leave a choice.

    CPO is one side; eMSP, NSP and whoever else consumes are the other. HUB is neither.
    """
    playing = {role for role in roles if role is not Role.HUB}
    if not playing or (Role.CPO in playing and len(playing) > 1):
        return None
    return Role.EMSP if Role.EMSP in playing else min(playing)
