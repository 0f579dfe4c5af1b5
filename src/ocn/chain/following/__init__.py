"""Follow contracts: one task reads their events as the chain grows, and takes back what the chain takes back.

In come the blocks and events of a chain (over :class:`ocn.chain.client.ChainClient`) and a
:class:`~ocn.chain.following.source.Source`, which says what to follow and what its events mean. Out go
records by key, in two views, and word of what changed. The log of events, in a file or in tables that
replicas share, is the only thing stored; everything in memory is made from it. This room knows no contract:
whoever has one inherits :class:`~ocn.chain.following.index.ChainIndex` and adds the questions.
"""

from ocn.chain.following.index import ChainIndex, IndexSettings
from ocn.chain.following.log import StoreUnusable
from ocn.chain.following.places import Place, Row
from ocn.chain.following.source import Before, Source
from ocn.chain.following.standing import Standing
from ocn.chain.following.views import Changes, View

__all__ = [
    "Before",
    "ChainIndex",
    "Changes",
    "IndexSettings",
    "Place",
    "Row",
    "Source",
    "Standing",
    "StoreUnusable",
    "View",
]
