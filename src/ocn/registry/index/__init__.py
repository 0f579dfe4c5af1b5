"""The local index of the registry: one task follows both contracts, lookups answer from memory.

In come events of a chain, through :mod:`ocn.chain.following`; out go listings, in two views, and word of what
changed. Which contract fields mean what is the business of :mod:`ocn.registry.events`.
"""

from ocn.chain.following import IndexSettings
from ocn.registry.index.index import IndexStatus, RegistryIndex
from ocn.registry.index.reading import Source

__all__ = ["IndexSettings", "IndexStatus", "RegistryIndex", "Source"]
