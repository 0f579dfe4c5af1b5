"""A request that was let in: who asks, for what, and how to talk back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject, decode_object

if TYPE_CHECKING:
    from ocn.party.sending.counterparty import Counterparty


@dataclass(frozen=True, slots=True)
class Request:
    """What every handler gets first.

    ``sender`` and ``receiver`` are the two parties of the routing headers; the receiver is one of this
    platform's own. ``path`` and ``query`` are decoded. ``caller`` is a client for the sender that speaks as
    the receiver, within the same conversation (correlation id).
    """

    method: str
    endpoint: str
    """The address of this platform's endpoint that was called, without the path below it."""
    module: str
    interface_role: InterfaceRole
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    request_id: str
    correlation_id: str
    sender: PartyId
    receiver: PartyId
    from_hub: bool
    """The sender is the hub itself, passing on what belongs to others."""
    caller: "Counterparty" = field(repr=False)
    sent: bytes = field(default=b"", repr=False)
    """The body as it came, in the version that was agreed on; ``body`` has it in the back end's."""

    def json(self) -> JsonObject:
        """The body as a JSON object.

        Raises:
            InvalidParameters: it is none.
        """
        return decode_object(self.body)
