"""The two secrets of a node: the key it signs with, and the key of its admin API."""

import secrets

import structlog

from ocn.chain.wallet import key_from_file, key_from_hex
from ocn.errors import ConfigurationError
from ocn.node.config import Identity, read_secret
from ocn.ocpi.authorization import is_credentials_token
from ocn.signing import PrivateKey

_log = structlog.get_logger("ocn.node")


def read_keys(identity: Identity) -> tuple[PrivateKey, str]:
    """Return the node's key and the key of its admin API; without one of the latter, one that nobody knows.

    Raises:
        ConfigurationError: there is no key, one is given twice, cannot be read, or could not be sent.
    """
    if identity.key is not None and identity.key_file is not None:
        raise ConfigurationError("identity.key and identity.key_file are both set; keep one")
    if identity.key is not None:
        key = key_from_hex(identity.key.get_secret_value(), "identity.key")
    elif identity.key_file is not None:
        key = key_from_file(identity.key_file, lambda: _password(identity))
    else:
        raise ConfigurationError(
            "the node has no key: set identity.key_file or OCN_NODE_IDENTITY__KEY",
            hint="`ocn key new --out FILE` makes one",
        )
    admin_key = read_secret(identity.admin_key, identity.admin_key_file, "identity.admin_key")
    if not admin_key:
        admin_key = secrets.token_urlsafe(32)
        _log.warning("admin_api_closed", reason="no identity.admin_key is set")
    if not is_credentials_token(admin_key):
        raise ConfigurationError("identity.admin_key: 1 to 64 printable ASCII characters without spaces")
    return key, admin_key


def _password(identity: Identity) -> str:
    file = identity.keystore_password_file
    if file is None:
        raise ConfigurationError("identity.key_file is a keystore: set identity.keystore_password_file")
    return read_secret(None, file, "identity.keystore_password") or ""
