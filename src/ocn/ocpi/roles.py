"""Roles a party can play and the states of its connection (OCPI 2.2.1 types 16.3, hubclientinfo)."""

from enum import StrEnum


class Role(StrEnum):
    """The market role of a party; `HUB` left the enumeration in 2.3.0."""

    CPO = "CPO"
    EMSP = "EMSP"
    HUB = "HUB"
    NAP = "NAP"
    NSP = "NSP"
    OTHER = "OTHER"
    SCSP = "SCSP"


class ConnectionStatus(StrEnum):
    """How a party stands with its hub (OCPI 2.2.1 mod_hub_client_info)."""

    CONNECTED = "CONNECTED"
    OFFLINE = "OFFLINE"
    PLANNED = "PLANNED"
    SUSPENDED = "SUSPENDED"
