"""The local index: one task follows the contracts' events, lookups answer from memory.

In come events of a chain (over :class:`ocn.chain.client.ChainClient`); out go listings, in two views, and
word of what changed. The event log in SQLite is the only thing stored; everything in memory is made from it.
Which contract fields mean what is the business of :mod:`ocn.registry.events`.
"""

from ocn.registry.index.index import IndexSettings, RegistryIndex
from ocn.registry.index.reading import Source
from ocn.registry.index.status import IndexStatus

__all__ = ["IndexSettings", "IndexStatus", "RegistryIndex", "Source"]
