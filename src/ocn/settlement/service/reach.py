"""The way to counterparties, which is there once the party is on the network."""

from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId
from ocn.settlement.protocol.peer import Peer, Reach


class Peers:
    """Counterparties by name. ``bind`` says how they are reached."""

    def __init__(self, own: PartyId) -> None:
        self._own = own
        self._reach: Reach | None = None

    def bind(self, reach: Reach | None) -> None:
        """Reach them this way from now on, or, with None, not any more."""
        self._reach = reach

    def to(self, party: PartyId) -> Peer:
        """Return a counterparty.

        Raises:
            ConfigurationError: the party is not on the network.
        """
        if self._reach is None:
            raise ConfigurationError("Settlement is not running: use it within `async with`.")
        return Peer(self._own, party, self._reach)
