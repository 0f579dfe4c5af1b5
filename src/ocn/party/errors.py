"""What can go wrong for a party, named after what happened.

::

    OcnError
    └── PartyError
        ├── RegistrationFailed       the node and this party could not agree
        │   ├── TokenMissing             first start without TOKEN_A
        │   ├── NoCommonVersion          the node speaks no version of this party's
        │   ├── CredentialsNotOffered    version details without a credentials endpoint
        │   └── RegistrationRefused      the node read the credentials and said no
        ├── NotRegistered            a call before registration, or after it was ended
        ├── ListingFailed            the registry could not be written or read
        ├── RequestFailed            an answer came, and it says no; carries the Reply
        ├── AnswerUnusable           what came is no OCPI answer, or too large
        ├── PeerUnreachable          no connection
        │   └── PeerTimedOut         no answer in time
        ├── AddressNotAllowed        an address that this party must not call
        ├── AnswerSignatureInvalid   signatures are required and this one is missing or wrong
        ├── ModuleNotOffered         the node has no endpoint for the module
        ├── NotConverted             it cannot be said in the version agreed on; nothing was sent
        └── ResultOverdue            a command was accepted and its result never came
    ConfigurationError
    └── ModuleNotImplemented         a chosen module has no handler

A handler refuses a request by raising the errors of :mod:`ocn.ocpi.errors`; anything else it raises is
answered 3000.
"""

from typing import TYPE_CHECKING, Any

from ocn.errors import ConfigurationError, OcnError
from ocn.ocpi.errors import ClientFault
from ocn.ocpi.statuses import Status

if TYPE_CHECKING:
    from ocn.party.reply import Reply


class PartyError(OcnError):
    """A party could not do what it was asked to."""


class RegistrationFailed(PartyError):
    """The handshake with the node did not come to an end."""


class TokenMissing(RegistrationFailed):
    """There is no registration to go on from, and no TOKEN_A to make one with."""


class NoCommonVersion(RegistrationFailed):
    """The node speaks none of the versions this party speaks."""


class CredentialsNotOffered(RegistrationFailed):
    """The node's version details name no credentials endpoint."""


class RegistrationRefused(RegistrationFailed):
    """The node does not take this party's credentials: it is not listed there, or is registered already."""


class NotRegistered(PartyError):
    """There is no registration under which to call."""


class ListingFailed(PartyError):
    """The party's entry in the registry could not be read or written."""


class RequestFailed(PartyError):
    """The peer answered with a status that is not a success.

    ``status_code`` is the OCPI status, judged by its thousands digit when unknown; ``reply`` has the rest.
    """

    def __init__(self, message: str, reply: "Reply[Any]") -> None:
        super().__init__(message)
        self.reply = reply

    @property
    def status_code(self) -> int:
        """The OCPI status of the answer."""
        return self.reply.status_code


class AnswerUnusable(PartyError):
    """The answer is not an OCPI envelope, or larger than allowed."""


class PeerUnreachable(PartyError):
    """No connection could be made, or it broke."""


class PeerTimedOut(PeerUnreachable):
    """The answer did not come in time; the request may have been served all the same."""


class AddressNotAllowed(PartyError):
    """An address outside what this party may call: its node, and what was configured."""


class AnswerSignatureInvalid(PartyError):
    """The answer is not signed by anyone entitled to; its data must not be used."""


class ModuleNotOffered(PartyError):
    """The node's version details have no endpoint for this module and interface role."""


class NotConverted(PartyError):
    """A request or an answer cannot be said in the other version; of a request nothing was sent."""


class ResultOverdue(PartyError):
    """The asynchronous result did not come in time."""


class ModuleNotImplemented(ConfigurationError):
    """A module was chosen that no handler implements, or only in part; the message names what is missing."""


class UnknownToken(ClientFault):
    """Raised by a handler: the token to authorise is not known (2004 under HTTP 404, mod_tokens)."""

    status_code = Status.UNKNOWN_TOKEN
    http_status = 404
