"""What must stay in order: the messages of one sender about one object, for one service.

The object is what the path names down to its id: an EVSE and its Location are one object, and so are a
session and its charging preferences. A CDR is posted without a path and named by its body. Commands of a
sender are one lane, since they depend on one another and name no common object.
"""

from hashlib import blake2b

import msgspec

from ocn.node.stages import Address
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.unreadable import UNREADABLE


class _Named(msgspec.Struct):
    id: str


_NAMED = msgspec.json.Decoder(_Named)


def lane_of(service: PartyId, user: PartyId, address: Address, body: bytes, *, response: bool = False) -> str:
    """Return the lane of a message: 32 hex digits."""
    parts = (
        service.key,
        user.key,
        address.module,
        "response" if response else "request",
        _object(address, body),
    )
    return blake2b("\n".join(parts).encode(errors="replace"), digest_size=16).hexdigest()


def _object(address: Address, body: bytes) -> str:
    """Ids are compared without regard to case in OCPI."""
    if address.module == ModuleID.COMMANDS:
        return ""
    segments = address.path.strip("/").split("/")
    if segments != [""]:
        return "/".join(segments[: 3 if address.interface_role is InterfaceRole.RECEIVER else 1]).lower()
    try:
        return _NAMED.decode(body).id.lower()
    except UNREADABLE:
        return ""
