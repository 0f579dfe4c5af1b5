"""A request as the bytes of its head, or not at all.

Request smuggling needs a line break, a second length or a second host in the head. Lengths, hosts and
connection options are written here only; and the finished head is counted: it must contain exactly our own
line ends and no other control character.
"""

import re

from ocn.node.outbound.errors import RequestInvalid
from ocn.node.outbound.message import OutboundRequest
from ocn.node.outbound.url import ParsedUrl

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_USUAL = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE"})
_WITH_LENGTH = frozenset({"POST", "PUT", "PATCH"})
_METHOD = re.compile(r"[A-Z][A-Z-]{0,31}", re.ASCII)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}", re.ASCII)  # RFC 9110 section 5.6.2
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09})  # all but the tab, which a value may contain
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NAMES_REMEMBERED = 1_024
_OUR_LINES = 4  # request line, Host, Accept-Encoding, and the empty line that ends the head


class RequestEncoder:
    """Writes request heads; remembers header names it has checked, never values."""

    def __init__(self, max_head: int) -> None:
        self._max_head = max_head
        self._names: dict[str | bytes, str] = {}

    def head(self, request: OutboundRequest, url: ParsedUrl) -> bytes:
        """Request line and headers up to the empty line, or RequestInvalid."""
        method, body = request.method, request.body
        if method not in _USUAL and (_METHOD.fullmatch(method) is None or method in {"CONNECT", "TRACE"}):
            raise RequestInvalid(f"the method {method[:32]!r} cannot be sent")
        names, headers = self._names, request.headers
        parts = [method, " ", url.target, url.origin.request_head]
        for name, value in headers:
            parts += (
                names.get(name) or self._name(name),
                value if type(value) is str else _text(value),
                "\r\n",
            )
        line_ends = 2 * (_OUR_LINES + len(headers))
        if body or method in _WITH_LENGTH:
            parts.append(f"Content-Length: {len(body)}\r\n")
            line_ends += 2
        parts.append("\r\n")
        try:
            head = "".join(parts).encode("latin-1")
        except UnicodeEncodeError as error:
            raise RequestInvalid("a header has a character outside latin-1") from error
        if len(head) > self._max_head:
            raise RequestInvalid(f"the request head has {len(head)} bytes, more than {self._max_head}")
        if len(head.translate(None, _CONTROLS)) != len(head) - line_ends:
            raise RequestInvalid("a header value has a line break or another control character")
        return head

    def _name(self, name: str | bytes) -> str:
        text = name.decode("latin-1") if isinstance(name, bytes) else name
        if _NAME.fullmatch(text) is None:
            raise RequestInvalid("a header name is not an HTTP token")
        if text.lower() in _OURS:
            raise RequestInvalid(f"the header {text} is the client's own to set")
        prefix = f"{text}: "
        if len(self._names) < _NAMES_REMEMBERED:
            self._names[name] = prefix
        return prefix


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
