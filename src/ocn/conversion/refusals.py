"""The two ways in which a conversion does not happen.

::

    OcnError
    ├── OcpiError ── HubFault (4000)
    │                └── ConversionRefused    it cannot be said, or not safely said, in the other version
    │                    └── AnsweredInstead  and OCPI has an answer for that
    └── NeedsWholeObject                      not as a PATCH; convert the whole object instead
"""

from ocn.conversion.objects import JsonValue
from ocn.errors import OcnError
from ocn.ocpi.errors import HubFault


class ConversionRefused(HubFault):
    """The document cannot be expressed in the other version; nothing of it may be sent.

    ``pointer`` is the JSON pointer to what stood in the way; the message names it too.
    """

    def __init__(self, reason: str, pointer: str = "", *, hint: str | None = None) -> None:
        super().__init__("", hint=hint)
        self.reason = reason
        self.pointer = pointer
        self.within("")

    def within(self, prefix: str) -> None:
        """Say that what was refused is part of something larger, found there under ``prefix``."""
        self.pointer = prefix + self.pointer
        self.message = f"not converted: {self.pointer}: {self.reason}" if self.pointer else self.reason
        self.args = (self.message,)


class AnsweredInstead(ConversionRefused):
    """The receiver's version has no such request, and the sender's has a word for that.

    ``answer`` is the ``data`` to send back with status 1000, in the sender's version.
    """

    def __init__(self, reason: str, answer: JsonValue) -> None:
        super().__init__(reason)
        self.answer = answer


class NeedsWholeObject(OcnError):
    """A PATCH that cannot be converted field by field: GET the object, convert it, PUT it.

    ``members`` names the members of the PATCH that stand in the way.
    """

    def __init__(self, members: tuple[str, ...]) -> None:
        super().__init__(f"cannot be converted as a PATCH: {', '.join(members)}")
        self.members = members
