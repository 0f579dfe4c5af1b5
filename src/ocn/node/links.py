"""Addresses that this node hands out in place of somebody else's: their ids, and how they are written.

The id is 128 random bits: knowing one link says nothing about another.
"""

import re
import secrets

from ocn.node.model import LinkKind
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.versions import VersionNumber

_ID = re.compile(r"[A-Za-z0-9_-]{22}")

PARTY_DOOR = "/ocpi"
NODE_DOOR = "/ocn/relay"
PEER_DOOR = "/ocn/node"


def new_link_id() -> str:
    """Mint an id nobody can guess: 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def is_link_id(segment: str) -> bool:
    """Whether a path segment has the form of an id minted here."""
    return _ID.fullmatch(segment) is not None


def endpoint_path(module: str, role: InterfaceRole, version: VersionNumber | None) -> str:
    """Return the path of a module's endpoint below a door."""
    if version is None:
        return f"/custom/{role.lower()}/{module}"
    return f"/{role.lower()}/{version}/{module}"


def is_at(url: str, base_url: str) -> bool:
    """Whether an address is a base URL or below it. Case does not count: it does not in a host."""
    url, base_url = url.lower(), base_url.lower()
    return url == base_url or url.startswith(base_url + "/")


def below_node_door(url: str, node_url: str) -> str | None:
    """Return what follows a node's own door in an address, slash included; None for any other address."""
    door = node_url.rstrip("/") + NODE_DOOR
    return url[len(door) :] if url.startswith(f"{door}/") else None


def link_path(kind: LinkKind, link_id: str, middle: str = "") -> str:
    """Return the path of a link below its module's endpoint; ``middle`` is the command of a callback."""
    match kind:
        case LinkKind.PAGE:
            return f"/page/{link_id}"
        case LinkKind.LOCATION:
            return f"/{link_id}"
        case LinkKind.CALLBACK:
            return f"/{middle}/{link_id}"
