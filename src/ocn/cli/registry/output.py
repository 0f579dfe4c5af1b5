"""Listings of the registry as programs read them, in the shapes of the existing client."""

from collections.abc import Sequence
from typing import Any

from ocn.registry.listings import NodeListing, PartyListing, Permission, Service


def node_json(node: NodeListing) -> dict[str, Any]:
    """Return a node in the shape of the existing client."""
    return {"operator": node.operator, "url": node.url}


def party_json(party: PartyListing) -> dict[str, Any]:
    """Return a party in the shape of the existing client."""
    return {
        "countryCode": party.party.country_code,
        "partyId": party.party.party_id,
        "address": party.address,
        "roles": [str(role) for role in party.roles],
        "modules": {
            "sender": [str(module) for module in party.modules.sender],
            "receiver": [str(module) for module in party.modules.receiver],
        },
        "node": {"operator": party.operator, "url": party.node_url or ""},
    }


def service_json(service: Service) -> dict[str, Any]:
    """Return a service in the shape of the existing client."""
    return {
        "name": service.name,
        "url": service.url,
        "permissions": permission_names(service.permissions),
        "provider": {
            "address": service.provider,
            "countryCode": service.party.country_code if service.party else "",
            "partyId": service.party.party_id if service.party else "",
        },
    }


def permission_names(permissions: Sequence[int]) -> list[str]:
    """Return the names, or the number where a permission has none."""
    known = {int(permission): permission.name for permission in Permission}
    return [known.get(number, str(number)) for number in permissions]
