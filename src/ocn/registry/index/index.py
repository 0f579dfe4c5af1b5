"""The registry's index: what listings are, on top of what follows any contract."""

from dataclasses import asdict, dataclass
from pathlib import Path

from ocn.chain.client import ChainClient
from ocn.chain.following.index import ChainIndex, IndexSettings
from ocn.chain.following.standing import Standing
from ocn.registry.index.audit import RegistrySampler
from ocn.registry.index.directory import Lookups
from ocn.registry.index.layout import RegistryLayout
from ocn.registry.index.reading import Source
from ocn.registry.index.state import State
from ocn.registry.reading import RegistryReader
from ocn.registry.records import Key, Kind, Record


@dataclass(frozen=True, slots=True)
class IndexStatus(Standing):
    """A moment of the index, and how much is listed."""

    nodes: int
    parties: int
    services: int


class RegistryIndex(Lookups, ChainIndex[Key, Record, State]):
    """Nodes, parties, services and agreements of one pair of contracts, followed by one task.

    What is known is served while the chain is away; :attr:`status` says how old it is. Listings survive a
    restart when there is a file.
    """

    def __init__(
        self,
        chain: ChainClient,
        source: Source,
        *,
        path: Path | None = None,
        settings: IndexSettings | None = None,
    ) -> None:
        """Prepare; nothing is read before :meth:`start`. The chain client stays the caller's to close."""
        self._reader = RegistryReader(chain, source.registry, source.permissions)
        super().__init__(
            State,
            name="registry index",
            chain=chain,
            source=source,
            layout=RegistryLayout(),
            path=path,
            settings=settings or IndexSettings(),
        )

    @property
    def status(self) -> IndexStatus:
        """How well the chain is known at this moment, and how much is listed."""
        latest = self._views.latest
        return IndexStatus(
            **asdict(self.standing),
            nodes=latest.count(Kind.NODE),
            parties=latest.count(Kind.PARTY),
            services=latest.count(Kind.SERVICE),
        )

    def _sampler(self) -> RegistrySampler:
        return RegistrySampler(self._reader, self)
