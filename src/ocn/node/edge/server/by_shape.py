"""Requests of a shape that was seen before are read at once: a client sends the same head again and again."""

from ocn.node.edge.server.fields import NONE_DOUBLED
from ocn.node.edge.server.limits import ServerLimits
from ocn.node.edge.server.message import HttpRequest
from ocn.node.head_shapes import REQUEST_LINE, HeadShape, HeadShapes


def new_shapes() -> HeadShapes:
    """Return an empty memory for the heads of requests."""
    return HeadShapes(REQUEST_LINE, needed="host")


def is_whole(request: HttpRequest, data: bytes) -> bool:
    """Say whether a request, and nothing else, was all that came."""
    headers = request.headers
    end, length = data.find(b"\r\n\r\n"), headers.get("content-length", "0")
    return "transfer-encoding" not in headers and length.isdigit() and end + 4 + int(length) == len(data)


def read_as(shape: HeadShape, data: bytes, limits: ServerLimits) -> HttpRequest | None:
    """Read one whole request; None when it is not one of that shape within the limits."""
    end = data.find(b"\r\n\r\n") + 2
    if not 2 <= end <= limits.head_bytes:
        return None
    values = shape.values(data[:end])
    if values is None:
        return None
    headers = dict(zip(shape.names, values[2:], strict=True))
    body = data[end + 2 :]
    if len(body) != int(headers.get("content-length", "0")) or len(body) > limits.body_bytes:
        return None
    path, _, query = values[1].partition("?")
    return HttpRequest(values[0], path, query, headers, NONE_DOUBLED, body)
