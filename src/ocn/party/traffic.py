"""What a party tells whoever watches it: one value per message sent or served."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from ocn.ocpi.party_id import PartyId


class Direction(StrEnum):
    """Which way the request went; its answer went the other."""

    SENT = "sent"
    SERVED = "served"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. ``status_code`` is None when no OCPI answer came."""

    direction: Direction
    method: str
    url: str
    module: str | None
    sender: PartyId | None
    receiver: PartyId | None
    request_id: str
    correlation_id: str
    http_status: int | None
    status_code: int | None
    latency_s: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The headers of the answer."""


Watch: TypeAlias = Callable[[Exchange], None]
"""Called after every exchange, from the event loop; it must return at once and not raise."""


def unwatched(_: Exchange) -> None:
    """Watch nothing."""
