"""Encrypting the one thing a party must be able to send again: its token (AES-256-GCM under HKDF-SHA-256)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ocn.errors import ConfigurationError

_NONCE_LENGTH = 12
_PURPOSE = b"ocn.party registration 1"


class Seal:
    """Seals under a secret of the caller's, such as the bytes of its private key; any length from 16."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ConfigurationError("A secret to seal with needs at least 16 bytes.")
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret))

    def seal(self, text: str) -> str:
        """Encrypt."""
        nonce = os.urandom(_NONCE_LENGTH)
        return (nonce + self._cipher.encrypt(nonce, text.encode(), _PURPOSE)).hex()

    def unseal(self, sealed: str) -> str:
        """Decrypt.

        Raises:
            ConfigurationError: it was sealed under another secret, or is damaged.
        """
        try:
            raw = bytes.fromhex(sealed)
            return self._cipher.decrypt(raw[:_NONCE_LENGTH], raw[_NONCE_LENGTH:], _PURPOSE).decode()
        except (InvalidTag, ValueError) as error:
            raise ConfigurationError("The stored registration was sealed under another secret.") from error
