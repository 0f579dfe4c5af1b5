"""What one node signs for the next: the very bytes it sends, for one recipient, once, now.

The signed text is a first line ``OCN-NODE-1`` and then lines ``name:length:value``, lengths in bytes, so that
nothing can shift from one value into its neighbour: purpose; method and target of a request, or status and
request nonce of a response; recipient, time, nonce; how many headers, and each of them; Keccak-256 of the
body, in hex. Its Keccak-256 is signed as a personal message (EIP-191), which external signers offer too and
which can be neither a transaction nor typed data.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from ocn.signing.addresses import address_bytes, same_address
from ocn.signing.errors import SignatureInvalid, Unsignable
from ocn.signing.hashes import keccak256, personal_digest
from ocn.signing.keys import PrivateKey, recover_address

_WIRE = re.compile(
    r"v=1;by=(?P<by>0x[0-9a-fA-F]{40});to=(?P<to>0x[0-9a-fA-F]{40});time=(?P<time>[1-9][0-9]{0,15});"
    r"nonce=(?P<nonce>[0-9a-f]{32});sig=0x(?P<signature>[0-9a-f]{130})",
    re.ASCII,
)
_NONCE = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NodeRequest:
    """A request from node to node, as it is sent."""

    to: str
    """Address of the node it is meant for."""
    method: str
    target: str
    """Path and query, as sent."""
    headers: Mapping[str, str]
    """The signed ones, names in lower case, in an order on which both sides agree."""
    body: bytes

    def about(self) -> dict[str, str]:
        """What sets this message apart from others with the same headers and body."""
        return {"purpose": "request", "method": self.method, "target": self.target}


@dataclass(frozen=True, slots=True)
class NodeResponse:
    """The answer to one such request; bound to it by the request's nonce."""

    to: str
    """Address of the node that asked."""
    request_nonce: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def about(self) -> dict[str, str]:
        """What sets this message apart from others with the same headers and body."""
        return {"purpose": "response", "status": str(self.status), "request": self.request_nonce}


@dataclass(frozen=True, slots=True)
class NodeProof:
    """Which node sent a message. Before acting on a request, hold it against a ``ReplayWindow``."""

    address: str
    """EIP-55."""
    nonce: str
    """32 lower-case hex digits."""
    time_ms: int
    """When it was signed, by the sender's clock: Unix time in milliseconds."""


def new_nonce() -> str:
    """Return 16 random bytes as hex, for one message."""
    return secrets.token_hex(16)


def claimed_node(signature: str) -> NodeProof:
    """Return what a signature claims, unverified: to whom an answer, if any, has to be addressed.

    Raises:
        SignatureInvalid: malformed.
    """
    read = _read(signature)
    return NodeProof(read["by"], read["nonce"], int(read["time"]))


def sign_node_message(
    key: PrivateKey, message: NodeRequest | NodeResponse, *, nonce: str, time_ms: int
) -> str:
    """Return the value of ``OCN-Node-Signature``: about 310 characters.

    Raises:
        Unsignable: the nonce is not one of :func:`new_nonce`, or a text is not Unicode.
        SignatureInvalid: the recipient is not an address.
    """
    if not _NONCE.fullmatch(nonce):
        raise Unsignable("a nonce has 32 lower-case hex digits")
    to = "0x" + address_bytes(message.to).hex()
    try:
        digest = _digest(message, str(time_ms), nonce)
    except UnicodeEncodeError as error:
        raise Unsignable("A text that is not Unicode cannot be signed") from error
    return f"v=1;by={key.address};to={to};time={time_ms};nonce={nonce};sig=0x{key.sign_digest(digest).hex()}"


def verify_node_message(
    signature: str, message: NodeRequest | NodeResponse, *, now_ms: int, max_age_ms: int
) -> NodeProof:
    """Check what was received, ``message.to`` being our own address and ``headers`` the agreed names.

    ``max_age_ms`` bounds how far the sender's clock may be from ``now_ms``, both ways. An answer
    needs no replay window: the nonce of our request is one.

    Raises:
        SignatureInvalid: malformed, meant for another node, too old, or made over something else.
    """
    read = _read(signature)
    if not same_address(read["to"], message.to):
        raise SignatureInvalid("Node signature is meant for another node")
    time_ms = int(read["time"])
    if abs(now_ms - time_ms) > max_age_ms:
        raise SignatureInvalid("Node signature is too old, or the clocks of the nodes differ")
    try:
        digest = _digest(message, read["time"], read["nonce"])
    except UnicodeEncodeError as error:
        raise SignatureInvalid("Node signature covers a text that is not Unicode") from error
    signer = recover_address(digest, bytes.fromhex(read["signature"]))
    if not same_address(signer, read["by"]):
        raise SignatureInvalid("Message has been modified, or another node signed it")
    return NodeProof(signer, read["nonce"], time_ms)


def _read(signature: str) -> re.Match[str]:
    read = _WIRE.fullmatch(signature)
    if read is None:
        raise SignatureInvalid("Malformed node signature")
    return read


def _digest(message: NodeRequest | NodeResponse, time: str, nonce: str) -> bytes:
    values = {
        **message.about(),
        "to": message.to.lower(),
        "time": time,
        "nonce": nonce,
        "headers": str(len(message.headers)),
    }
    lines = [b"OCN-NODE-1\n"]
    for name, value in (*values.items(), *message.headers.items(), ("body", keccak256(message.body).hex())):
        text = value.encode()
        lines.append(b"%b:%d:%b\n" % (name.encode(), len(text), text))
    return personal_digest(keccak256(b"".join(lines)))
