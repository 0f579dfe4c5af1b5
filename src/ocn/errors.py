"""The root of every error this project raises on purpose.

::

    OcnError                        what was wrong, where, what to do; never a secret
    ├── ConfigurationError          a setting, file or flag; nothing has been started
    ├── ChainError                  see ocn.chain.errors
    ├── SignatureInvalid            see ocn.signing
    ├── TariffError                 carries a JSON pointer; see ocn.tariffs.errors
    └── OcpiError                   carries an OCPI status; see ocn.ocpi.errors

An exception of another kind that escapes a room is a bug: the edge logs it under an incident id
and answers 3000.
"""

import os
import re
import ssl


class OcnError(Exception):
    """Something that went wrong and can be explained to whoever asked.

    ``hint`` is one sentence that says what to do; the command line prints it below the message.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigurationError(OcnError):
    """A setting is missing, malformed or contradicts another; nothing has been started."""


def cause_of(error: Exception) -> str:
    """Say why there was no connection as the system says it: "connection refused".

    An error of a library may carry the system's as ``os_error`` or ``certificate_error``; one that carries
    none is named by its class in plain words. Never shows an address or what was sent.
    """
    cause = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        said = f"certificate not trusted: {cause.verify_message}"
    elif isinstance(cause, ssl.SSLError):
        said = f"no TLS: {(getattr(cause, 'reason', None) or 'unknown reason').replace('_', ' ').lower()}"
    elif isinstance(cause, OSError) and cause.errno and cause.errno > 0:
        said = os.strerror(cause.errno)
    elif isinstance(cause, OSError) and cause.strerror:
        said = cause.strerror  # a name that was not found has a number of its own kind
    else:
        said = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(cause).__name__).lower().removesuffix(" error")
    return said[:1].lower() + said[1:]
