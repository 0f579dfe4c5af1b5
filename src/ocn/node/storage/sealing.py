"""Encrypts what the database must not show: AES-256-GCM under a key of its own."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ocn.errors import ConfigurationError

_SECRET_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = b"\x01"
_INFO = b"ocn node storage sealing 1"
"""Sets this key apart from every other that may ever be derived from the node's secret. Never change it."""


class AesGcmSealing:
    """Seals under a key derived by HKDF-SHA256 from the node's secret.

    A sealed text is one format byte, a random nonce of 12 bytes, and the ciphertext with its tag; the
    format byte is authenticated too. The same text is sealed differently each time.

    Raises:
        ConfigurationError: the secret is not 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != _SECRET_BYTES:
            raise ConfigurationError(
                f"the node's secret must be {_SECRET_BYTES} bytes, not {len(secret)}",
                hint="let the node generate one, and keep it with the database: neither is of use alone",
            )
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO)
        self._cipher = AESGCM(derivation.derive(secret))

    def seal(self, text: str) -> bytes:
        """Encrypt, authenticated."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, text.encode(), _FORMAT)

    def unseal(self, sealed: bytes) -> str:
        """Decrypt.

        Raises:
            ConfigurationError: sealed under another secret, damaged, or no sealed text at all.
        """
        head, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, head).decode()
        except (InvalidTag, ValueError):
            raise ConfigurationError(
                "a stored token cannot be unsealed: it was sealed under another secret, or was damaged",
                hint="start the node with the secret that this database was made with",
            ) from None
