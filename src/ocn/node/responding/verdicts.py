"""What an answer is worth: relayed, or a failure of the hub's own (HUB-80 to HUB-83)."""

import msgspec

from ocn.node.ports import Clock, OutboundAnswer
from ocn.ocpi.envelope import encode_envelope, read_status_code
from ocn.ocpi.errors import HubFault, UnknownObject


def relayed_body(answer: OutboundAnswer, clock: Clock) -> bytes:
    """Return the envelope to relay, the receiver's own bytes wherever it sent one.

    A receiver's 2xxx or 3xxx is relayed with its HTTP status. An empty answer under a 2xx is written out as
    the success it means.

    Raises:
        HubFault: refused credentials (the caller's token is good; only ours was not), a broken
            receiver, or an answer that is no OCPI envelope.
        UnknownObject: a bare 404.
    """
    status = answer.status
    if status in {401, 403, 407} or status >= 500 or not 200 <= status < 500 or 300 <= status < 400:
        raise HubFault(f"the receiver answered HTTP {status}")
    if read_status_code(answer.body) is not None:
        return answer.body
    if status < 300 and not answer.body.strip():
        return encode_envelope(
            msgspec.UNSET,
            now=clock.now(),
            status_message=f"the receiver answered HTTP {status} without a body",
        )
    if status == 404:
        raise UnknownObject("the receiver answered HTTP 404")
    raise HubFault(f"the receiver answered HTTP {status} with a body that is no OCPI envelope")
