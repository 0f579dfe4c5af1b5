"""What a car is called where people look: a name that says nothing, and is the same as long as the key is."""

import base64
import hashlib
import secrets

_PERSON = b"ocn-smart-car"


class Pseudonyms:
    """Names made from a session's key with a secret: who has not got that cannot go back."""

    def __init__(self, secret: bytes = b"") -> None:
        """Begin; without a secret names are others after a restart."""
        self._secret = hashlib.blake2b(secret or secrets.token_bytes(32), digest_size=32).digest()

    def of(self, session_key: str) -> str:
        """Return the name, such as ``K7Q2-M4XP``."""
        digest = hashlib.blake2b(session_key.encode(), digest_size=5, key=self._secret, person=_PERSON)
        text = base64.b32encode(digest.digest()).decode()
        return f"{text[:4]}-{text[4:]}"
