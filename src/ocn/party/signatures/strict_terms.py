"""What a party demands of strict signatures, and whom it asks whose key it is."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from ocn.ocpi.party_id import PartyId
from ocn.signing.strict import COPY_LATENESS_MS, Window


@dataclass(frozen=True, slots=True)
class ListedKeys:
    """What the registry says of a party."""

    party: str
    """The address of its own key."""
    operator: str
    """The address of its node's."""


@runtime_checkable
class Keys(Protocol):
    """Who has which key; :class:`ocn.party.joining.listing.RegistrySignatories` is one."""

    async def keys(self, party: PartyId) -> ListedKeys | None:
        """Return the keys listed for a party, or None when it is not listed."""
        ...


@dataclass(frozen=True, slots=True)
class StrictTerms:
    """What a party does about strict signatures."""

    sign: bool = True
    """Sign every request and answer strictly, besides what it signs otherwise."""
    require: bool = False
    """Refuse requests, and answers that succeed, without a strict signature."""
    lifetime_s: float = 60.0
    """How long what it signs is good for."""
    window: Window = field(default_factory=Window)
    """What it takes from others."""
    takes_copies: bool = False
    """Take what was written to another party and is marked as a copy: for a service that is sent copies.

    A copy may be late and come more than once; whoever acts on copies does so once."""
    copies_for_s: float = COPY_LATENESS_MS / 1000
    """How long after it was made a copy is taken."""
