"""Change a platform's settings for the operator: never over a change that somebody else has just made."""

from ocn.node.errors import PlatformChanged
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ports import PlatformStore
from ocn.ocpi.errors import ClientFault


async def put_changed(
    changed: Platform, *, replaces: Platform, store: PlatformStore, members: Members
) -> Platform:
    """Store a changed platform and return it; whatever comes of it, ``members`` are read again.

    Raises:
        ClientFault: the platform is no longer as it was when the change began.
    """
    try:
        await store.register(changed, replaces=replaces)
    except PlatformChanged as error:
        raise ClientFault(str(error)) from error
    finally:
        await members.refresh()
    return changed
