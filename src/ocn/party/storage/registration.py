"""What a party keeps of its handshake with the node."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ocn.ocpi.authorization import encode_authorization, token_candidates
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.registration import CredentialsRole
from ocn.ocpi.versions import VersionNumber


@dataclass(frozen=True, slots=True)
class OutgoingToken:
    """A token and how the peer reads it."""

    token: str = field(repr=False)
    base64_encoded: bool

    @property
    def header(self) -> str:
        """The value of the Authorization header."""
        return encode_authorization(self.token, base64_encoded=self.base64_encoded)


@dataclass(frozen=True, slots=True)
class Registration:
    """A finished handshake.

    ``versions_url`` is the peer's; ``own_versions_url`` is what this party told the peer, which calls there
    until it is told another. ``their_token`` is what this party sends (TOKEN_C when it registered itself); of
    ``our_token``, which the node sends and this party only compares, there is nothing but the SHA-256.
    """

    version: VersionNumber
    versions_url: str
    own_versions_url: str
    their_token: OutgoingToken
    our_token_hash: bytes = field(repr=False)
    endpoints: Mapping[tuple[str, InterfaceRole], str]
    roles: tuple[CredentialsRole, ...]


def new_token() -> str:
    """Make a credentials token: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return the SHA-256 that stands for a token."""
    return hashlib.sha256(token.encode()).digest()


def is_presented(header: str | None, hashes: tuple[bytes, ...]) -> str | None:
    """Return the token that an Authorization header presents, raw or Base64, if it is one of ``hashes``.

    Compares in constant time and looks at every pair whatever matches.
    """
    found: str | None = None
    for candidate in token_candidates(header or ""):
        digest = token_hash(candidate)
        for known in hashes:
            if hmac.compare_digest(digest, known):
                found = candidate
    return found
