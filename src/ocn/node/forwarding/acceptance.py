"""Whether a receiver has taken what it was sent."""

from ocn.node.ports import OutboundAnswer
from ocn.ocpi.envelope import read_status_code
from ocn.ocpi.statuses import is_success


def is_accepted(answer: OutboundAnswer) -> bool:
    """Whether HTTP and OCPI both say so; peers in the field answer a push with nothing at all."""
    if answer.status >= 300:
        return False
    if not answer.body.strip():
        return True
    status = read_status_code(answer.body)
    return status is not None and is_success(status)
