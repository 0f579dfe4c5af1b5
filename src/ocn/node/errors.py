"""Errors of the node that are not OCPI statuses by themselves; the use case that meets one says which it is.

::

    OcnError
    ├── PartyTaken        another platform holds the party
    ├── PlatformChanged   the platform is no longer as it was when the change began
    └── InvitationGone    the TOKEN_A was used or withdrawn meanwhile
"""

from ocn.errors import OcnError


class PartyTaken(OcnError):
    """Another platform of this node holds one of the parties."""


class PlatformChanged(OcnError):
    """The platform was changed or removed while somebody prepared a change of it."""


class InvitationGone(OcnError):
    """The invitation was used up or withdrawn while its bearer registered."""
