"""How platforms, invitations and the node itself are shown. No token leaves through here."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from ocn import __version__
from ocn.node.forwarding.reports import BroadcastReport
from ocn.node.hub_modules.ocn_rules import rules_data
from ocn.node.hub_modules.persona import Persona
from ocn.node.members import Members
from ocn.node.model import Invitation, Platform
from ocn.ocpi.timestamps import format_datetime


def platform_view(platform: Platform) -> dict[str, object]:
    """Show a platform."""
    return {
        "id": platform.id,
        "status": platform.status,
        "version": platform.version,
        "versions_url": platform.versions_url,
        "roles": [
            {
                "role": role.role,
                "country_code": role.party.country_code,
                "party_id": role.party.party_id,
                "business_details": msgspec.json.decode(role.business_details),
                "key_proved_at": _moment(platform.proved.get(role.party)),
            }
            for role in platform.roles
        ],
        "endpoints": [
            {"identifier": module, "role": role, "url": url}
            for (module, role), url in sorted(platform.endpoints.items())
        ],
        "requires_signatures": platform.requires_signatures,
        "rules": rules_data(platform),
        "signature_demand": platform.signature_demand,
        "signs_strictly": platform.signs_strictly,
        "registered_at": _moment(platform.registered_at),
        "updated_at": _moment(platform.updated_at),
    }


def broadcast_view(report: BroadcastReport) -> dict[str, object]:
    """Show what became of a broadcast."""
    return {
        "id": report.id,
        "at": format_datetime(report.at),
        "sender": str(report.sender),
        "method": report.method,
        "module": report.module,
        "path": report.path,
        "receivers": report.receivers,
        "delivered": report.delivered,
        "failed": report.failed,
        "under_way": report.under_way,
        "failures": [{"receiver": receiver, "reason": reason} for receiver, reason in report.failures],
    }


def invitation_view(invitation: Invitation) -> dict[str, object]:
    """Show an open invitation."""
    return {
        "id": invitation.id,
        "parties": [
            {
                "country_code": party.country_code,
                "party_id": party.party_id,
                "role": invitation.roles.get(party),
            }
            for party in sorted(invitation.parties, key=lambda party: party.key)
        ],
        "created_at": format_datetime(invitation.created_at),
        "expires_at": format_datetime(invitation.expires_at),
    }


class NodeView:
    """How the node itself stands."""

    def __init__(
        self,
        *,
        persona: Persona,
        address: str,
        members: Members,
        index_view: Callable[[], dict[str, object]],
        find_problems: Callable[[], list[str]],
        count_copies: Callable[[], Awaitable[dict[str, object]]] | None = None,
    ) -> None:
        self._persona = persona
        self._address = address
        self._members = members
        self._index_view = index_view
        self._count_copies = count_copies
        self.problems = find_problems

    async def as_json(self) -> dict[str, object]:
        """Show identity, counts, how the copies stand, and the state of the registry index.

        Raises:
            StorageError: the database is out of reach.
        """
        platforms = self._members.platforms()
        return {
            "version": __version__,
            "url": self._persona.url,
            "address": self._address,
            "hub": {
                "country_code": self._persona.party.country_code,
                "party_id": self._persona.party.party_id,
                "name": self._persona.name,
            },
            "platforms": len(platforms),
            "parties": sum(len(platform.parties) for platform in platforms),
            "open_invitations": len(self._members.invitations()),
            "copies": await self._count_copies() if self._count_copies else None,
            "registry": self._index_view(),
            "problems": self.problems(),
        }


def _moment(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment is not None else None
