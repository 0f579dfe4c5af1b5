"""What the store holds, and what is done to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

STORED_MODULES = frozenset(
    {ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.TOKENS, ModuleID.SESSIONS, ModuleID.CDRS}
)
"""The modules whose objects have an owner, an id and a list on a Sender interface."""

SHARED_MODULES = frozenset({ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.TOKENS})
"""What may be kept for everyone; what concerns one driver is for one party (HUB-27)."""

EVERYONE = ""
"""The audience key of what was meant for all."""


class ObjectState(StrEnum):
    """How far a stored object can be relied on."""

    LIVE = "live"
    REFRESH = "refresh"
    """A PATCH touched an array or a nested object, whose meaning the texts leave open: due to be fetched."""
    GONE = "gone"
    """Withdrawn by its owner; only remembered so that other nodes learn of it."""


class Outcome(StrEnum):
    """What became of a push."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    """A change of an object that is not here; it has to be fetched."""
    OUTDATED = "outdated"
    """What was fetched is older than what its owner has pushed meanwhile."""
    FULL = "full"
    """A bound is reached; what was stored before stays."""


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """Which object, whatever the case its ids came in; ``object_key`` of a token ends with its type."""

    module: str
    owner_key: str
    object_key: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as one audience is to see it. Its size counts the body alone."""

    module: str
    owner: PartyId
    object_id: str
    object_key: str
    audience: str
    """The key of the one party that it was sent to, or :data:`EVERYONE`."""
    version: VersionNumber
    """The version of OCPI that the body is written in."""
    body: bytes = field(repr=False)
    """As its owner wrote it, digits and unknown members included; empty when it is gone."""
    last_updated: datetime
    """The owner's, or the arrival of an object that has none. Never touched (HUB-60)."""
    arrived_at: datetime
    """When this node got what it has now."""
    position: int
    """The place in every list: grows with the first arrival of objects and never changes."""
    arrival: int
    """Grows with every change of any object here."""
    state: ObjectState = ObjectState.LIVE

    @property
    def key(self) -> ObjectKey:
        """Which object it is."""
        return ObjectKey(self.module, self.owner.key, self.object_key)

    @property
    def fresh_at(self) -> datetime:
        """The later of change and arrival: what ``date_from`` is compared with (HUB-54)."""
        return max(self.last_updated, self.arrived_at)

    @property
    def visible(self) -> bool:
        """Whether it belongs in a list."""
        return self.state is not ObjectState.GONE


@dataclass(frozen=True, slots=True)
class Push:
    """A change to a stored object: what an owner pushed, or what was fetched from it.

    ``parts`` are the ids below the object: an EVSE's uid, a connector's id.
    """

    method: str
    module: str
    owner: PartyId
    object_id: str
    object_key: str
    parts: tuple[str, ...]
    version: VersionNumber
    body: bytes = field(repr=False)
    last_updated: datetime | None
    audience: str = EVERYONE
    fetched: bool = False
    """Whether it was asked for: then it never takes the place of something newer."""
    before: int | None = None
    """Only done when the stored object has not changed since this arrival."""

    @property
    def key(self) -> ObjectKey:
        """Which object it changes."""
        return ObjectKey(self.module, self.owner.key, self.object_key)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that are kept so that no list is ever counted: of one owner's objects for one audience."""

    module: str
    owner: PartyId
    audience: str
    visible: int = 0
    """Objects in lists."""
    shadows: int = 0
    """Those of ``visible`` that stand in for the one meant for everyone."""
    refresh: int = 0
    """Those of ``visible`` that are due to be fetched again."""
    rows: int = 0
    """Everything that takes room, withdrawn objects included."""
    arrived_at: datetime | None = None
    """The latest arrival."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is kept. What would go beyond is not stored, and told as ``Outcome.FULL``."""

    objects: int = 1_000_000
    objects_per_owner: int = 250_000
    total_bytes: int = 8 * 1024**3
    object_bytes: int = 2 * 1024**2


@dataclass(frozen=True, slots=True)
class Total:
    """What all objects take, and the number of the last change."""

    number: int = 0
    objects: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a module somebody is to see: those meant for everyone and those meant for it alone.

    An object of which there are both is seen once, as it was meant for the viewer.
    """

    module: str
    viewer: str
    """The key of the party that looks; :data:`EVERYONE` sees what all see."""
    hidden: frozenset[str] = frozenset()
    """Keys of owners whose objects for everyone are not for it."""
    own_versions: bool = True
    """False when there is nothing meant for the viewer alone, which is then not looked for."""
    updated_from: datetime | None = None
    """Inclusive; compared with the later of change and arrival (HUB-54)."""
    updated_to: datetime | None = None
    """Exclusive; compared with the change alone."""

    def holds(self, stored: StoredObject) -> bool:
        """Whether an object passes the filters; shadows are not looked at."""
        return (
            stored.visible
            and stored.module == self.module
            and (stored.audience != EVERYONE or stored.owner.key not in self.hidden)
            and (self.updated_from is None or stored.fresh_at >= self.updated_from)
            and (self.updated_to is None or stored.last_updated < self.updated_to)
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, and whether there is more behind it."""

    objects: list[StoredObject]
    more: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """How far another node's store has been read: the store's own id, and its last change read."""

    store_id: str
    arrival: int
    at: datetime
