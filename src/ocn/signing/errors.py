"""The two ways this room says no."""

from ocn.errors import OcnError


class SignatureInvalid(OcnError):
    """A signature is malformed, or does not belong to what it was presented with.

    ``reason`` is safe to send to a peer. For party signatures it is the wording of the existing
    notary library (``Request has been modified``, ``Signatories do not match``, ...), which the
    back ends in the field look for.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unsignable(OcnError):
    """These values cannot be signed so that anyone could verify them; the message says which and why."""


class JsonInvalid(OcnError):
    """Bytes that are not JSON, or JSON that could be read in two ways, or that exceeds a limit."""
