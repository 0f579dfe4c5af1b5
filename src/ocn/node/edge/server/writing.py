"""Answers on the wire: one block of bytes, framed by a length, that no header value can break out of."""

from http import HTTPStatus

from ocn.node.stages import Answer

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_STARTS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
_JSON = "content-type: application/json\r\n"
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09})
_BODYLESS = frozenset({204, 304})


def answer_bytes(answer: Answer, *, head_only: bool, closing: bool, version_1_0: bool) -> bytes:
    """Write an answer; its content type is JSON unless it names another.

    Raises:
        ValueError: a status or a header that cannot be written, such as one with a line break.
    """
    status, body = answer.http_status, answer.body
    start = _STARTS.get(status)
    if start is None or status < 200:
        start = _unnamed(status)
    lines = [f"{name}: {value}\r\n" for name, value in answer.headers.items()]
    if "content-type" not in answer.headers:
        lines.append(_JSON)
    if closing:
        lines.append("connection: close\r\n")
    elif version_1_0:
        lines.append("connection: keep-alive\r\n")
    if status in _BODYLESS:
        body = b""
    else:
        lines.append(f"content-length: {len(body)}\r\n")
    head = f"{start}{''.join(lines)}\r\n".encode("latin-1")
    if len(head.translate(None, _CONTROLS)) != len(head) - 2 * (len(lines) + 2):
        raise ValueError("a header of the answer has a line break or another control character")
    return head if head_only else head + body


def _unnamed(status: int) -> str:
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is no status of an answer")
    return f"HTTP/1.1 {status} \r\n"
