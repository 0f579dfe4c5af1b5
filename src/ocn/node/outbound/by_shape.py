"""Responses of a shape that was seen before are read at once: a peer sends the same head again and again."""

from ocn.node.head_shapes import STATUS_LINE, HeadShape, HeadShapes
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.message import OutboundResponse


def new_shapes() -> HeadShapes:
    """Return an empty memory for the heads of responses."""
    return HeadShapes(STATUS_LINE, needed="content-length")


def is_whole(response: OutboundResponse, data: bytes) -> bool:
    """Say whether a response, and nothing else, was all that came."""
    length = response.header("content-length") or ""
    whole = data.find(b"\r\n\r\n") + 4 + (int(length) if length.isdigit() else 0) == len(data)
    return whole and response.header("transfer-encoding") is None


def read_as(shape: HeadShape, data: bytes, limits: OutboundLimits) -> OutboundResponse | None:
    """Read one whole response; None when it is not one of that shape within the limits."""
    end = data.find(b"\r\n\r\n") + 2
    if not 2 <= end <= limits.max_response_head:
        return None
    values = shape.values(data[:end])
    if values is None or values[0] == "204" or values[0] == "304":
        return None
    body = data[end + 2 :]
    if len(body) != int(values[shape.names.index("content-length") + 1]):
        return None
    if len(body) > limits.max_response_body:
        return None
    return OutboundResponse(int(values[0]), tuple(zip(shape.names, values[1:], strict=True)), body)
