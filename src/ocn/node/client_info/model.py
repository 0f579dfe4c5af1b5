"""What is kept: the statement about a party in a role, who reported it, who was told, who was last heard."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ocn.ocpi.objects.client_info import ClientInfo as ClientInfoObject
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.ocpi.timestamps import format_datetime


class Key(NamedTuple):
    """A party in one role: the party's codes in upper case, and the role."""

    party_key: str
    role: Role


@dataclass(frozen=True, slots=True)
class Client:
    """How a party stands in a role, as this node says.

    ``last_updated`` is the moment at which this node's statement became another: neither traffic nor a
    check that found nothing new moves it, and of a remote party it is when we learnt of the change. So
    whoever asks for changes since it last asked misses none. ``operator`` is the node that serves it.
    """

    party: PartyId
    role: Role
    status: ConnectionStatus
    last_updated: datetime
    operator: str
    created_at: datetime

    @property
    def key(self) -> Key:
        """What it is found by."""
        return Key(self.party.key, self.role)


@dataclass(frozen=True, slots=True)
class Report:
    """What the node that serves a party said of it, and when that was true by its own clock."""

    party: PartyId
    role: Role
    operator: str
    status: ConnectionStatus
    told_at: datetime

    @property
    def key(self) -> Key:
        """What it is found by."""
        return Key(self.party.key, self.role)


@dataclass(frozen=True, slots=True)
class View:
    """How a platform sees a party in a role, and whether it has been told so."""

    platform_id: str
    key: Key
    status: ConnectionStatus
    last_updated: datetime
    delivered: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """When a platform was last heard and last checked, and since when it is taken for OFFLINE."""

    platform_id: str
    heard_at: datetime | None = None
    checked_at: datetime | None = None
    offline_since: datetime | None = None


def client_info_object(
    party: PartyId, role: Role, status: ConnectionStatus, last_updated: datetime
) -> ClientInfoObject:
    """Write a ClientInfo with all that OCPI requires of one."""
    return {
        "party_id": party.party_id,
        "country_code": party.country_code,
        "role": str(role),
        "status": str(status),
        "last_updated": format_datetime(last_updated),
    }
