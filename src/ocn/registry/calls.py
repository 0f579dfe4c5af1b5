"""Every change of a listing as a value: what it calls, and what its owner signs so that another may send it.

Three doors lead to each change. The owner sends it. Or anyone sends it with the owner's raw signature, the
scheme of the existing clients, which binds neither chain nor contract nor time. Or anyone sends it with a
typed signature (EIP-712), which serves once, here, and until a deadline.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry.listings import MODULES, ROLES


class Target(Enum):
    """The contract that a call goes to; the value is its EIP-712 name."""

    REGISTRY = "OCN Registry"
    PERMISSIONS = "OCN Permissions"


OWNER: Final = object()
"""Stands for the address of whoever signs, where a signature has it among its fields."""

Field = tuple[str, str, object]  # ABI type, name, value or OWNER


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a listing.

    ``arguments`` are those of the plain function. The raw function takes the owner's address before them if
    ``raw_lead`` says so, the typed one always. ``packed`` is what a raw signature covers, ``typed`` the
    members of the EIP-712 struct before nonce and deadline.
    """

    target: Target
    function: str
    arguments: tuple[object, ...]
    raw_lead: bool
    packed: tuple[Field, ...]
    typed: tuple[Field, ...]

    @property
    def struct(self) -> str:
        """The name of the EIP-712 struct."""
        return self.function[0].upper() + self.function[1:]


def set_node(url: str) -> Change:
    """List the owner's node under this URL, exactly as written."""
    fields: tuple[Field, ...] = (("address", "operator", OWNER), ("string", "domain", url))
    return Change(Target.REGISTRY, "setNode", (url,), raw_lead=True, packed=fields, typed=fields)


def delete_node() -> Change:
    """Take the owner's node off the list."""
    fields: tuple[Field, ...] = (("address", "operator", OWNER),)
    return Change(Target.REGISTRY, "deleteNode", (), raw_lead=True, packed=fields, typed=fields)


def set_party(party: PartyId, roles: tuple[Role, ...], operator: str) -> Change:
    """List the owner as this party (ids in upper case), served by an operator; its modules become empty."""
    country_code, party_id = party.key[:2].encode("ascii"), party.key[2:].encode("ascii")
    numbers = [ROLES.index(role) for role in dict.fromkeys(roles)]
    fields: tuple[Field, ...] = (
        ("address", "party", OWNER),
        ("bytes2", "countryCode", country_code),
        ("bytes3", "partyId", party_id),
        ("uint8[]", "roles", numbers),
        ("address", "operator", operator.lower()),
    )
    plain = (country_code, party_id, numbers, operator.lower())
    return Change(Target.REGISTRY, "setParty", plain, raw_lead=True, packed=fields, typed=fields)


def set_party_modules(sender: tuple[ModuleID, ...], receiver: tuple[ModuleID, ...]) -> Change:
    """Say which modules the owner offers per interface; none clears."""
    offered = [MODULES.index(module) for module in dict.fromkeys(sender)]
    consumed = [MODULES.index(module) for module in dict.fromkeys(receiver)]
    fields: tuple[Field, ...] = (
        ("address", "party", OWNER),
        ("uint8[]", "modulesSender", offered),
        ("uint8[]", "modulesReceiver", consumed),
    )
    plain = (offered, consumed)
    return Change(Target.REGISTRY, "setPartyModules", plain, raw_lead=True, packed=fields, typed=fields)


def delete_party() -> Change:
    """Take the owner off the list of parties."""
    fields: tuple[Field, ...] = (("address", "party", OWNER),)
    return Change(Target.REGISTRY, "deleteParty", (), raw_lead=True, packed=fields, typed=fields)


def set_service(name: str, url: str, permissions: tuple[int, ...]) -> Change:
    """Offer a service that asks for these permissions."""
    numbers = [int(permission) for permission in dict.fromkeys(permissions)]
    packed: tuple[Field, ...] = (
        ("string", "name", name),
        ("string", "url", url),
        ("uint256[]", "permissions", numbers),
    )
    typed: tuple[Field, ...] = (("address", "provider", OWNER), *packed)
    plain = (name, url, numbers)
    return Change(Target.PERMISSIONS, "setService", plain, raw_lead=False, packed=packed, typed=typed)


def delete_service() -> Change:
    """End the owner's service."""
    fields: tuple[Field, ...] = (("address", "provider", OWNER),)
    return Change(Target.PERMISSIONS, "deleteService", (), raw_lead=True, packed=fields, typed=fields)


def create_agreement(provider: str) -> Change:
    """Agree, as user, that a provider receives copies."""
    return _agreement("createAgreement", provider)


def revoke_agreement(provider: str) -> Change:
    """Take an agreement back."""
    return _agreement("revokeAgreement", provider)


def _agreement(function: str, provider: str) -> Change:
    packed: tuple[Field, ...] = (("address", "provider", provider.lower()),)
    typed: tuple[Field, ...] = (("address", "user", OWNER), *packed)
    plain = (provider.lower(),)
    return Change(Target.PERMISSIONS, function, plain, raw_lead=False, packed=packed, typed=typed)
