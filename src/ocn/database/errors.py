"""What a database can report; a store adds it to the promises of its port.

::

    OcnError
    └── StorageError          the database did not do it: unreachable, busy, full; nothing was changed
        ├── AlreadyStored     an id or a token hash that must be new is not
        └── NotStorable       a value that no database takes, such as a text with half a character
"""

from ocn.errors import OcnError


class StorageError(OcnError):
    """The database could not do what was asked; the transaction changed nothing."""


class AlreadyStored(StorageError):
    """Something that must be new (an id, a token) is there already."""


class NotStorable(StorageError):
    """A value cannot be stored, whatever the state of the database."""
