"""Platforms and invitations as rows, and back. Tokens are sealed on the way in, unsealed on the way out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row

from ocn.conversion import Allowance, Choice, Policy, Strictness
from ocn.node.model import Invitation, Platform, PlatformRole, SignatureDemand
from ocn.node.ocn_rules import NO_RULES, OcnRules
from ocn.node.ports import Sealing
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.ocpi.versions import VersionNumber


def platform_values(platform: Platform, sealing: Sealing) -> dict[str, Any]:
    """Return the platform's own row."""
    return {
        "id": platform.id,
        "version": platform.version.value,
        "versions_url": platform.versions_url,
        "their_token_sealed": sealing.seal(platform.their_token),
        "our_token_hash": platform.our_token_hash,
        "sends_base64": platform.sends_base64,
        "requires_signatures": platform.requires_signatures,
        "status": platform.status.value,
        **signing_values(platform),
        "conversion": _policy_text(platform.conversion),
        "strictness": " ".join(platform.strictness.flags) or None,
        "registered_at": platform.registered_at,
        "updated_at": platform.updated_at,
    }


def signing_values(platform: Platform) -> dict[str, Any]:
    """Return what a platform demands and declares of signatures; None for what it does not."""
    demand = platform.signature_demand
    return {
        "signature_demand": demand.value if demand is not SignatureDemand.NONE else None,
        "signs_strictly": platform.signs_strictly or None,
    }


def _policy_text(policy: Policy | None) -> str | None:
    """Write a policy as words: the choice, then what was allowed."""
    return None if policy is None else " ".join([policy.dangerous, *map(str, policy.allowances)])


def _policy_of(text: str | None) -> Policy | None:
    if text is None:
        return None
    choice, *allowances = text.split()
    return Policy(Choice(choice), tuple(map(Allowance.parse, allowances)))


def party_values(platform: Platform) -> list[dict[str, Any]]:
    """Return a row for each party it speaks for."""
    return [
        {"party_key": party.key, "platform_id": platform.id, "key_proved_at": platform.proved.get(party)}
        for party in sorted(platform.parties, key=lambda party: party.key)
    ]


def role_values(platform: Platform) -> list[dict[str, Any]]:
    """Return a row for each role, numbered in its order."""
    return [
        {
            "platform_id": platform.id,
            "position": position,
            "party_key": role.party.key,
            "party": role.party,
            "role": role.role.value,
            "business_details": role.business_details,
        }
        for position, role in enumerate(platform.roles)
    ]


def endpoint_values(platform: Platform) -> list[dict[str, Any]]:
    """Return a row for each endpoint."""
    return [
        {"platform_id": platform.id, "module": module, "interface_role": interface_role.value, "url": url}
        for (module, interface_role), url in platform.endpoints.items()
    ]


def platforms_of(
    rows: Iterable[Row[Any]],
    parties: Iterable[Row[Any]],
    roles: Iterable[Row[Any]],
    endpoints: Iterable[Row[Any]],
    rules: Mapping[str, OcnRules],
    sealing: Sealing,
) -> list[Platform]:
    """Put the rows of four tables and the rules together; ``roles`` come in the order of their positions."""
    proved_of: Mapping[str, dict[PartyId, datetime]] = defaultdict(dict)
    for party in parties:
        if party.key_proved_at is not None:
            key = party.party_key
            proved_of[party.platform_id][PartyId(key[:2], key[2:])] = party.key_proved_at
    roles_of: Mapping[str, list[PlatformRole]] = defaultdict(list)
    for role in roles:
        roles_of[role.platform_id].append(PlatformRole(role.party, Role(role.role), role.business_details))
    endpoints_of: Mapping[str, dict[tuple[str, InterfaceRole], str]] = defaultdict(dict)
    for endpoint in endpoints:
        place = endpoint.module, InterfaceRole(endpoint.interface_role)
        endpoints_of[endpoint.platform_id][place] = endpoint.url
    return [
        Platform(
            id=row.id,
            version=VersionNumber(row.version),
            versions_url=row.versions_url,
            their_token=sealing.unseal(row.their_token_sealed),
            our_token_hash=row.our_token_hash,
            roles=tuple(roles_of[row.id]),
            endpoints=MappingProxyType(endpoints_of[row.id]),
            sends_base64=row.sends_base64,
            requires_signatures=row.requires_signatures,
            status=ConnectionStatus(row.status),
            signature_demand=SignatureDemand(row.signature_demand or SignatureDemand.NONE),
            signs_strictly=bool(row.signs_strictly),
            proved=MappingProxyType(proved_of[row.id]),
            conversion=_policy_of(row.conversion),
            strictness=Strictness.of((row.strictness or "").split()),
            registered_at=row.registered_at,
            updated_at=row.updated_at,
            rules=rules.get(row.id, NO_RULES),
        )
        for row in rows
    ]


def invitation_values(invitation: Invitation) -> dict[str, Any]:
    """Return the invitation's own row."""
    return {
        "id": invitation.id,
        "token_hash": invitation.token_hash,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
    }


def invited_values(invitation: Invitation) -> list[dict[str, Any]]:
    """Return a row for each party that may use it."""
    return [
        {
            "invitation_id": invitation.id,
            "party_key": party.key,
            "party": party,
            "role": role.value if (role := invitation.roles.get(party)) else None,
        }
        for party in invitation.parties
    ]


def invitations_of(rows: Iterable[Row[Any]], invited: Iterable[Row[Any]]) -> list[Invitation]:
    """Put the rows of two tables together."""
    parties_of: Mapping[str, set[PartyId]] = defaultdict(set)
    roles_of: Mapping[str, dict[PartyId, Role]] = defaultdict(dict)
    for row in invited:
        parties_of[row.invitation_id].add(row.party)
        if row.role is not None:
            roles_of[row.invitation_id][row.party] = Role(row.role)
    return [
        Invitation(
            id=row.id,
            token_hash=row.token_hash,
            parties=frozenset(parties_of[row.id]),
            created_at=row.created_at,
            expires_at=row.expires_at,
            roles=MappingProxyType(roles_of[row.id]),
        )
        for row in rows
    ]
