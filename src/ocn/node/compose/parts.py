"""What a node is made of besides its settings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ocn.node.client_info import ClientInfoStore
from ocn.node.clock import SystemClock, now_ms
from ocn.node.copies.parts import CopyParts
from ocn.node.forwarding.broadcasts import PushStore
from ocn.node.forwarding.deliveries import StoredObjects
from ocn.node.forwarding.lanes import Lanes
from ocn.node.forwarding.nothing_stored import NothingStored
from ocn.node.object_store.noting import Notes
from ocn.node.object_store.port import ObjectStore
from ocn.node.ports import (
    Clock,
    Directory,
    LinkStore,
    ObjectOwners,
    Outbound,
    PlatformStore,
    UrlCheck,
)
from ocn.node.storage import MemoryClientInfoStore
from ocn.signing import PrivateKey

BROADCASTS_WAITING = 1_000
"""Per lane of a receiver; what comes after that it has to fetch."""


class HubStore(PushStore, StoredObjects, ObjectOwners, Protocol):
    """What the hub has been sent: kept from broadcasts, given back by GET ALL, asked by open routing."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a node is made of besides its settings."""

    key: PrivateKey
    admin_key: str
    platforms: PlatformStore
    links: LinkStore
    directory: Directory
    outbound: Outbound
    url_check: UrlCheck
    index_view: Callable[[], dict[str, object]]
    problems: Callable[[], list[str]]
    lanes: Lanes = field(default_factory=lambda: Lanes(most_waiting=BROADCASTS_WAITING))
    stored: HubStore = field(default_factory=NothingStored)
    """What stands in for the hub's memory when there are no ``objects``."""
    objects: ObjectStore | None = None
    """The hub's memory: kept from broadcasts, asked by GET ALL and open routing."""
    notes: Notes | None = None
    """Given when direct pushes are kept too; its ``run`` is the caller's to run."""
    clients: ClientInfoStore = field(default_factory=MemoryClientInfoStore)
    copies: CopyParts | None = None
    clock: Clock = field(default_factory=SystemClock)
    now_ms: Callable[[], int] = now_ms

    def __repr__(self) -> str:
        return f"Parts(address={self.key.address})"
