"""One class per OCPI failure, with the HTTP status it travels under.

::

    OcpiError
    ├── ClientFault          2xxx: the caller can mend it
    │   ├── InvalidParameters      2001, HTTP 400
    │   ├── NotEnoughInformation   2002, HTTP 400
    │   ├── Unauthorized           2001, HTTP 401: no or unknown token, nothing else
    │   ├── UnknownObject          2003, HTTP 404
    │   ├── MethodNotAllowed       2001, HTTP 405
    │   ├── TooLarge               2001, HTTP 413
    │   └── TooSlow                2001, HTTP 408
    ├── ServerFault          3xxx, HTTP 200: this end could not
    │   ├── UnusableClientApi      3001
    │   ├── UnsupportedVersion     3002
    │   └── NoMatchingEndpoints    3003
    └── HubFault             4xxx, HTTP 200: the hub could not deliver
        ├── UnknownReceiver        4001
        ├── ReceiverTimeout        4002
        └── ReceiverUnreachable    4003

Statuses follow OCPI 2.2.1 status_codes; why client errors keep their HTTP status is ADR 0007.
"""

from ocn.errors import OcnError
from ocn.ocpi.statuses import Status


class OcpiError(OcnError):
    """A failure that is answered in the OCPI envelope."""

    status_code: Status = Status.SERVER_ERROR
    http_status: int = 200


class ClientFault(OcpiError):
    """The request cannot be served as it is (2000)."""

    status_code = Status.CLIENT_ERROR
    http_status = 400


class InvalidParameters(ClientFault):
    """A header, parameter or body is missing or malformed."""

    status_code = Status.INVALID_PARAMETERS


class NotEnoughInformation(ClientFault):
    """The request is well formed but says too little to act on."""

    status_code = Status.NOT_ENOUGH_INFORMATION


class Unauthorized(ClientFault):
    """No token, or one nobody was given. Never raised for a failure further on."""

    status_code = Status.INVALID_PARAMETERS
    http_status = 401


class UnknownObject(ClientFault):
    """Nothing is there under this address."""

    status_code = Status.UNKNOWN_LOCATION
    http_status = 404


class MethodNotAllowed(ClientFault):
    """The address exists, the method does not; also credentials calls in the wrong state."""

    status_code = Status.INVALID_PARAMETERS
    http_status = 405


class TooLarge(ClientFault):
    """A body, header or page beyond the configured bound."""

    status_code = Status.INVALID_PARAMETERS
    http_status = 413


class TooSlow(ClientFault):
    """The request did not arrive in the time allowed."""

    status_code = Status.INVALID_PARAMETERS
    http_status = 408


class ServerFault(OcpiError):
    """This end failed (3000)."""


class UnusableClientApi(ServerFault):
    """The party's own versions or details cannot be read during registration."""

    status_code = Status.UNUSABLE_CLIENT_API


class UnsupportedVersion(ServerFault):
    """No version in common."""

    status_code = Status.UNSUPPORTED_VERSION


class NoMatchingEndpoints(ServerFault):
    """A common version, but endpoints that registration needs are missing."""

    status_code = Status.NO_MATCHING_ENDPOINTS


class HubFault(OcpiError):
    """The hub could not deliver (4000; a party on 2.2, which has no 4000, sees 3000)."""

    status_code = Status.HUB_ERROR


class UnknownReceiver(HubFault):
    """Nobody of that name, or it does not offer the module."""

    status_code = Status.UNKNOWN_RECEIVER


class ReceiverTimeout(HubFault):
    """The receiver did not answer in time."""

    status_code = Status.HUB_TIMEOUT


class ReceiverUnreachable(HubFault):
    """The receiver, or its node, cannot be connected to."""

    status_code = Status.HUB_CONNECTION_PROBLEM
