"""The named parts of a message, each with its own digest: a node can exchange one and vouch for it alone.

The digest of a part is the lower-case hex of SHA-256 over its name, a zero byte and its bytes (UTF-8); that
of an empty part is the empty text, so "absent" and "empty" are one. A ``response_url`` is a part of its own:
where it stands in body or query, the value is cut out there and the rest is joined.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, TypeAlias

from ocn.signing.errors import SignatureInvalid

Digests: TypeAlias = Mapping[str, str]
"""Name of a part to its digest, in the order of the statement."""

REQUEST_PARTS: Final = (
    "method", "version", "module", "role", "path", "query", "body", "response_url", "from", "to",
    "correlation_id",
)  # fmt: skip
ANSWER_PARTS: Final = (
    "request", "status", "body", "link", "location", "total_count", "limit", "from", "to", "correlation_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestParts:
    """What a party says when it asks. Texts as they are sent, parties in upper case."""

    method: str
    version: str
    """Of OCPI, such as ``2.2.1``; empty for a custom module."""
    module: str
    role: str
    """``SENDER`` or ``RECEIVER``; empty for the credentials module."""
    path: str
    """What follows the module's endpoint, from the slash on, without a slash at the end."""
    query: str
    """Without ``?``; without the value of ``response_url`` where the request carries it here."""
    body: bytes
    """Without the text of the value of ``response_url`` where the request carries it here."""
    response_url: str
    sender: str
    """Country code and party id, five characters."""
    receiver: str
    """The same; empty in open routing."""
    correlation_id: str

    def digests(self) -> dict[str, str]:
        """Hash every part.

        Raises:
            SignatureInvalid: a text is not Unicode.
        """
        return {
            "method": _known("method", self.method),
            "version": _known("version", self.version),
            "module": _known("module", self.module),
            "role": _known("role", self.role),
            "path": digest("path", self.path),
            "query": digest("query", self.query),
            "body": _hash(b"body\x00" + self.body) if self.body else "",
            "response_url": digest("response_url", self.response_url),
            "from": _known("from", self.sender.upper()),
            "to": _known("to", self.receiver.upper()),
            "correlation_id": digest("correlation_id", self.correlation_id),
        }


@dataclass(frozen=True, slots=True)
class AnswerParts:
    """What a party says when it answers."""

    request: str
    """The signature in the request's own strict header, 130 hex digits; empty if the request had none."""
    status: int
    """Of HTTP."""
    body: bytes
    link: str
    location: str
    total_count: str
    limit: str
    sender: str
    """Who answers."""
    receiver: str
    """Who asked."""
    correlation_id: str

    def digests(self) -> dict[str, str]:
        """Hash every part.

        Raises:
            SignatureInvalid: a text is not Unicode.
        """
        return {
            "request": digest("request", self.request),
            "status": _known("status", str(self.status)),
            "body": _hash(b"body\x00" + self.body) if self.body else "",
            "link": digest("link", self.link),
            "location": digest("location", self.location),
            "total_count": digest("total_count", self.total_count),
            "limit": digest("limit", self.limit),
            "from": _known("from", self.sender.upper()),
            "to": _known("to", self.receiver.upper()),
            "correlation_id": digest("correlation_id", self.correlation_id),
        }


def digest(name: str, text: str) -> str:
    """Return the digest of one part that is a text.

    Raises:
        SignatureInvalid: it is not Unicode (half a surrogate pair).
    """
    if not text:
        return ""
    try:
        return _hash(f"{name}\x00{text}".encode())
    except UnicodeEncodeError as error:
        raise SignatureInvalid(f"{name} is no Unicode text") from error


@lru_cache(maxsize=4096)
def _known(name: str, text: str) -> str:
    """Return the digest of a part that has few values, such as a party."""
    return digest(name, text)


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
