"""Is a push fit to be passed to everyone? Its owner, its address and its body must say the same.

Of a direct request the receiver judges that. A broadcast is answered by the hub, so the hub does.
"""

from urllib.parse import unquote

import msgspec

from ocn.node.stages import Received
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.unreadable import UNREADABLE


class _Owned(msgspec.Struct):
    country_code: str | None = None
    party_id: str | None = None


def check_push(received: Received, sender: PartyId) -> None:
    """Accept a push whose URL names its sender as owner, with a JSON object that does not contradict it.

    Raises:
        InvalidParameters: the owner is another, or the body is no JSON object.
    """
    _, country_code, party_id, *_ = [unquote(part) for part in received.address.path.split("/")]
    _check_owner("the URL", country_code, party_id, sender)
    if received.method == "DELETE":
        return
    try:
        owned = msgspec.json.decode(received.body, type=_Owned)
    except UNREADABLE as error:
        raise InvalidParameters(f"the body is no object of OCPI: {error}") from error
    if owned.country_code is not None or owned.party_id is not None:
        _check_owner("the body", owned.country_code or "", owned.party_id or "", sender)


def _check_owner(where: str, country_code: str, party_id: str, sender: PartyId) -> None:
    owner = (country_code.upper(), party_id.upper())
    if owner != (sender.country_code.upper(), sender.party_id.upper()):
        raise InvalidParameters(
            f"{where} names {country_code} {party_id} as owner; {sender} may push its own alone"
        )
