"""What of another node's word is taken: about its own parties only, and nothing from the future."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from ocn.node.client_info.model import Report
from ocn.node.ports import Directory
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.ocpi.timestamps import parse_datetime
from ocn.signing import same_address

MOST_TOLD = 1000
"""ClientInfo objects in one message."""
_AHEAD = timedelta(minutes=5)
"""A report dated later than this would outlast every true one after it."""


class Told(msgspec.Struct):
    """A ClientInfo object as another node sends it."""

    country_code: str
    party_id: str
    role: str
    status: str
    last_updated: str


def readable_reports(
    operator: str, told: Iterable[Told], directory: Directory, now: datetime
) -> list[Report]:
    """Return what the registry lets this operator say; the rest is left out."""
    reports: dict[tuple[str, Role], Report] = {}
    for each in told:
        try:
            party = PartyId(each.country_code, each.party_id)
            role, status = Role(each.role), ConnectionStatus(each.status)
            told_at = parse_datetime(each.last_updated)
        except ValueError:
            continue
        listing = directory.party(party)
        if listing is None or not same_address(listing.operator, operator):
            continue
        if told_at > now + _AHEAD:
            continue
        reports[party.key, role] = Report(party, role, operator, status, told_at)
    return list(reports.values())
