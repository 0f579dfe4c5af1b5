"""The root of every error this project raises on purpose.

::

    OcnError                        what was wrong, where, what to do; never a secret
    ├── ConfigurationError          a setting, file or flag; nothing has been started
    ├── ChainError                  see ocn.chain.errors
    ├── SignatureInvalid            see ocn.signing
    └── OcpiError                   carries an OCPI status; see ocn.ocpi.errors

An exception of another kind that escapes a room is a bug: the edge logs it under an incident id
and answers 3000.
"""


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
