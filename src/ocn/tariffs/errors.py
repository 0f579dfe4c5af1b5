"""What pricing refuses, always with the place in the document.

::

    TariffError             an OcnError with a JSON pointer
    ├── JsonUnreadable      the text is no JSON, or breaks a bound before its meaning is looked at
    ├── TariffUnreadable    a tariff cannot be read
    ├── CdrUnreadable       a CDR or a session cannot be read
    └── TimeZoneUnknown     the caller named a time zone that does not exist
"""

from ocn.errors import OcnError


class TariffError(OcnError):
    """A document that cannot be priced.

    ``pointer`` is a JSON pointer (RFC 6901) into the document of which the message speaks; "" is all of it.
    A list of tariffs is one document: its pointers begin with the place in the list.
    """

    def __init__(self, message: str, pointer: str = "", *, hint: str | None = None) -> None:
        super().__init__(f"{message} (at {pointer})" if pointer else message, hint=hint)
        self.pointer = pointer


class JsonUnreadable(TariffError):
    """The text is no JSON, or one with duplicate members, NaN, or sizes out of bounds."""


class TariffUnreadable(TariffError):
    """A tariff has a value that no version of OCPI allows, or is out of bounds."""


class CdrUnreadable(TariffError):
    """A CDR or session has a value that no version of OCPI allows, or is out of bounds."""


class TimeZoneUnknown(TariffError):
    """The caller named a time zone that the time zone database does not have."""
