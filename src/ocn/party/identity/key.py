"""The key that signs for a party, in a file."""

import os
from pathlib import Path

from ocn.errors import ConfigurationError
from ocn.signing.keys import PrivateKey


def load_or_create_key(path: Path) -> PrivateKey:
    """Read a key from a file of 64 hex digits; make one, readable by its owner only, if there is none.

    Raises:
        ConfigurationError: the file cannot be read or written, or holds something else.
    """
    try:
        if path.exists():
            return PrivateKey.from_hex(path.read_text(encoding="ascii"))
        key = PrivateKey.generate()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.secret.hex() + "\n")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} holds no key and none can be written there") from error
    return key
