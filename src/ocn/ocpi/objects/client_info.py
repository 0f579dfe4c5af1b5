"""Who is on a hub (OCPI 2.2.1 mod_hub_client_info)."""

from typing import TypedDict


class ClientInfo(TypedDict):
    """One party in one role, and how it stands with the hub."""

    party_id: str
    country_code: str
    role: str
    status: str
    last_updated: str
