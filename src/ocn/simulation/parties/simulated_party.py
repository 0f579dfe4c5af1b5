"""What simulated parties have in common."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.party.party import Party
from ocn.party.sending.counterparty import Counterparty

if TYPE_CHECKING:
    from ocn.settlement import Settlement


class SimulatedParty:
    """A party that is on the network while entered, and settles meanwhile if it has a ``settlement``."""

    def __init__(
        self, party_id: PartyId, node_url: str, party: Party, settlement: "Settlement | None" = None
    ) -> None:
        self.id = party_id
        self.node_url = node_url
        self.party = party
        self.settlement = settlement
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Join."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.party)
            if self.settlement is not None:
                await stack.enter_async_context(self.settlement.running(self.party.client))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        await self._stack.__aexit__(kind, error, trace)

    @property
    def version(self) -> VersionNumber:
        """What it agreed on with its node."""
        return self.party.client.registration.version

    @property
    def hub(self) -> PartyId:
        """The hub that its node is, to which goes what is for everyone."""
        roles = self.party.client.registration.roles
        return next(role.party for role in roles if role.role == Role.HUB)

    def to(self, other: PartyId) -> Counterparty:
        """Return the client for another party."""
        return self.party.client.to(other)
