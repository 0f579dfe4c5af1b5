"""The address of a module at its receiver: an endpoint it registered, or the door of its node."""

from ocn.node.links import NODE_DOOR, endpoint_path
from ocn.node.stages import Address, LocalPlatform, RemoteNode
from ocn.ocpi.errors import InvalidParameters, UnknownReceiver
from ocn.ocpi.party_id import PartyId

_LONGEST_URL = 2048
"""What the outbound client sends."""


def endpoint_of(address: Address, target: LocalPlatform | RemoteNode, receiver: PartyId) -> str:
    """Return the base address of the module that a request is for.

    Raises:
        UnknownReceiver: the platform does not offer that interface of the module.
    """
    if isinstance(target, RemoteNode):
        door = f"{target.url}{NODE_DOOR}"
        return door + endpoint_path(address.module, address.interface_role, address.version)
    endpoint = target.platform.endpoints.get((address.module, address.interface_role))
    if endpoint is None:
        raise UnknownReceiver(
            f"{receiver} does not offer the {address.interface_role} interface of {address.module}"
        )
    return endpoint


def join(endpoint: str, path: str, query: str) -> str:
    """Return the whole address; InvalidParameters when it is longer than what can be sent."""
    url = endpoint.rstrip("/") + path if path else endpoint
    if query:
        url = f"{url}?{query}"
    if len(url) > _LONGEST_URL:
        raise InvalidParameters("path and query are too long to be sent on")
    return url
