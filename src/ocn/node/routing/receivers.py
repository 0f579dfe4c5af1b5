"""Find the receiver: on a platform of this node, else behind the node that the registry names."""

from ocn.node.ports import Directory
from ocn.node.stages import Door, LocalPlatform, Permitted, RemoteNode
from ocn.ocpi.errors import ReceiverUnreachable, UnknownReceiver
from ocn.signing import same_address


class Receivers:
    """Decides between local and remote; a platform connected here wins over the registry."""

    def __init__(self, *, address: str, directory: Directory) -> None:
        self._address = address
        self._directory = directory

    def find(self, permitted: Permitted) -> LocalPlatform | RemoteNode:
        """Return where the receiver lives.

        What another node sent is only ever delivered here, so a message cannot circle between nodes.

        Raises:
            UnknownReceiver: nobody of that name, or not connected here for what another node sent.
            ReceiverUnreachable: listed, but not connected or without a node.
        """
        if permitted.receiver_platform is not None:
            return LocalPlatform(permitted.receiver_platform)
        receiver = permitted.receiver
        listing = self._directory.party(receiver)
        if listing is None:
            raise UnknownReceiver(f"{receiver} is neither connected here nor listed in the registry")
        if same_address(listing.operator, self._address):
            raise ReceiverUnreachable(f"{receiver} is listed under this node but not connected")
        if permitted.received.door is Door.NODE:
            raise UnknownReceiver(f"{receiver} is not connected to this node")
        if listing.node_url is None:
            raise ReceiverUnreachable(f"the node of {receiver} is no longer listed in the registry")
        return RemoteNode(listing.operator, listing.node_url.rstrip("/"))
