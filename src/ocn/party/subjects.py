"""What a request is about, for whoever converts it: contents, address, and the parties at both ends."""

from dataclasses import dataclass

from ocn.conversion import Contents, ObjectKind, contents_of, contents_of_result
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId


@dataclass(frozen=True, slots=True)
class Subject:
    """A request as a conversion sees it: what it carries, where to, and between whom."""

    contents: Contents
    module: str
    path: tuple[str, ...]
    sender: PartyId | None
    receiver: PartyId | None
    owner: PartyId | None


def subject_of(
    method: str,
    interface: tuple[str, InterfaceRole],
    path: tuple[str, ...],
    sender: PartyId | None,
    receiver: PartyId | None,
) -> Subject | None:
    """Return what a request is about; None for one that carries nothing that has versions."""
    module, role = interface
    stored_cdr = module == ModuleID.CDRS and role is InterfaceRole.RECEIVER and method == "GET"
    contents = contents_of(module, role, method, path[-1:] if stored_cdr else path)
    if contents is None:
        return None
    return Subject(contents, module, path, sender, receiver, _owner(interface, path, sender, receiver))


def subject_of_result(module: str, sender: PartyId | None, receiver: PartyId | None) -> Subject | None:
    """Return what the POST to a ``response_url`` is about."""
    contents = contents_of_result(module, "POST" if module == ModuleID.COMMANDS else "PUT")
    return None if contents is None else Subject(contents, module, (), sender, receiver, sender)


def subject_of_location(sender: PartyId | None, receiver: PartyId | None) -> Subject:
    """Return what the GET of a CDR's ``Location`` is about."""
    return Subject(Contents(answer=ObjectKind.CDR), ModuleID.CDRS, (), sender, receiver, sender)


def _owner(
    interface: tuple[str, InterfaceRole],
    path: tuple[str, ...],
    sender: PartyId | None,
    receiver: PartyId | None,
) -> PartyId | None:
    module, role = interface
    if role is InterfaceRole.SENDER:
        return receiver
    if module == ModuleID.CDRS and len(path) < 2:
        return sender
    try:
        return PartyId(*path[:2])
    except (TypeError, ValueError):
        return sender
