"""A copy of a message for a service, and what can become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber


class CopyKind(StrEnum):
    """What was copied; also the value of the header that marks a copy."""

    REQUEST = "request"
    RESPONSE = "response"


class CopyState(StrEnum):
    """Where a copy stands."""

    WAITING = "waiting"
    """To be sent, for the first time or again."""
    DELIVERED = "delivered"
    """The service has taken it."""
    REFUSED = "refused"
    """The service answered that it does not want it as it is (2xxx), or does not offer the module."""
    PARKED = "parked"
    """Given up after the age that the settings name; the operator may have it tried again."""
    REVOKED = "revoked"
    """The agreement was gone before it was sent."""
    CANCELLED = "cancelled"
    """By the operator."""


RETRIABLE = frozenset({CopyState.PARKED, CopyState.REFUSED})
CANCELLABLE = frozenset({CopyState.WAITING, CopyState.PARKED})
KEEPS_BODY = frozenset({CopyState.WAITING, CopyState.PARKED, CopyState.REFUSED})
"""In every other state the message itself is gone: only the record of it remains."""


@dataclass(frozen=True, slots=True)
class NewCopy:
    """A message as a service shall get it."""

    kind: CopyKind
    lane: str
    service: PartyId
    provider: str
    """The service's address on chain, EIP-55."""
    user: PartyId
    """The party whose agreement permits the copy; it is named as the sender."""
    other: PartyId | None
    """The other party of the message: receiver of a request, asker of a response; None for a broadcast."""
    method: str
    module: str
    interface_role: InterfaceRole
    version: VersionNumber
    path: str
    query: str
    content_type: str
    correlation_id: str
    signature: str | None = field(repr=False)
    strict: str | None = field(repr=False)
    """The text of the strict signature, the service named in it."""
    body: bytes = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Copy:
    """A stored copy."""

    id: int
    message: NewCopy
    state: CopyState
    attempts: int
    failures: int
    """Attempts in a row that its lane has failed."""
    problem: str | None
    """Why the last attempt failed."""
    due_at: datetime | None
    """When the lane is tried next; None when the copy does not wait."""
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to; ``WAITING`` means that it is to be tried again, at ``due_at``."""

    copy_id: int
    lane: str
    state: CopyState
    at: datetime
    due_at: datetime
    failures: int = 0
    problem: str | None = None
    attempted: bool = True


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """Which copies are meant; None leaves a question open."""

    id: int | None = None
    state: CopyState | None = None
    service: PartyId | None = None
    user: PartyId | None = None


@dataclass(frozen=True, slots=True)
class CopyCounts:
    """How the queue stands."""

    by_state: Mapping[CopyState, int]
    oldest_waiting: datetime | None
