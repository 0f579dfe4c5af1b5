"""What the node must still know after a restart: platforms, rules, invitations, links handed out, objects.

In: values of :mod:`ocn.node.model` and :mod:`ocn.node.object_store`, through the ports ``PlatformStore``,
``LinkStore``, ``ObjectStore`` and ``Sealing``.
Out: the same values from SQLite or PostgreSQL, whichever :func:`open_database` was given, or from memory.
Tokens that must be sent again are sealed, tokens that are only compared are hashes already when they come
in. This room knows tables, transactions and migrations; it must not know what a message is, who may do
what, or where the node's secret comes from. Nothing here is in a message's way but one insert for a link
handed out and one read by primary key for a link used.
"""

from ocn.database import AlreadyStored, Database, NotStorable, StorageError
from ocn.node.storage.client_info import SqlClientInfoStore
from ocn.node.storage.copies import SqlCopyStore
from ocn.node.storage.links import SqlLinkStore
from ocn.node.storage.memory import MemoryLinkStore, MemoryPlatformStore
from ocn.node.storage.memory_client_info import MemoryClientInfoStore
from ocn.node.storage.memory_objects import MemoryObjectStore
from ocn.node.storage.objects import SqlObjectStore
from ocn.node.storage.platforms import SqlPlatformStore
from ocn.node.storage.schema import open_database
from ocn.node.storage.sealing import AesGcmSealing

__all__ = [
    "AesGcmSealing",
    "AlreadyStored",
    "Database",
    "MemoryClientInfoStore",
    "MemoryLinkStore",
    "MemoryObjectStore",
    "MemoryPlatformStore",
    "NotStorable",
    "SqlClientInfoStore",
    "SqlCopyStore",
    "SqlLinkStore",
    "SqlObjectStore",
    "SqlPlatformStore",
    "StorageError",
    "open_database",
]
