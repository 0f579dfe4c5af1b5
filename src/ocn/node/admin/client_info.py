"""Who is there, as the operator sees it: the true status, and when each platform was last heard."""

from datetime import datetime

from ocn.node.client_info.last_seen import LastSeen
from ocn.node.client_info.roster import Roster
from ocn.node.members import Members
from ocn.ocpi.timestamps import format_datetime


class ClientInfoView:
    """Shows every statement of this node."""

    def __init__(self, roster: Roster, last_seen: LastSeen, members: Members) -> None:
        self._roster = roster
        self._last_seen = last_seen
        self._members = members

    def as_json(self) -> list[dict[str, object]]:
        """Show them; ``last_seen`` and ``last_checked`` are there for platforms of this node alone."""
        shown: list[dict[str, object]] = []
        for client in self._roster.clients():
            platform = self._members.by_party(client.party)
            heard_at = checked_at = None
            if platform is not None:
                heard_at = self._last_seen.heard_at(platform.id)
                checked_at = self._last_seen.stored(platform.id).checked_at
            shown.append(
                {
                    "country_code": client.party.country_code,
                    "party_id": client.party.party_id,
                    "role": client.role,
                    "status": client.status,
                    "last_updated": format_datetime(client.last_updated),
                    "operator": client.operator or None,
                    "platform": platform.id if platform is not None else None,
                    "last_seen": _written(heard_at),
                    "last_checked": _written(checked_at),
                }
            )
        return shown


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment)
