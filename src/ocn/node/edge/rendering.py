"""Write answers and errors in the OCPI envelope. The only place where an error becomes a status."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
import structlog

from ocn.conversion import status_for
from ocn.errors import OcnError
from ocn.node.node_headers import LONGEST_MESSAGE_ID
from ocn.node.ports import Clock
from ocn.ocpi import headers as names
from ocn.ocpi.envelope import encode_envelope
from ocn.ocpi.errors import OcpiError, ServerFault, Unauthorized
from ocn.ocpi.statuses import Status
from ocn.ocpi.timestamps import format_datetime
from ocn.ocpi.versions import VersionNumber
from ocn.signing import JsonValue, PrivateKey, encode, response_values, sign

_log = structlog.get_logger("ocn.node.edge")


def echoed_ids(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's request and correlation id for an answer that was given before they were read."""
    return {
        name: text
        for name in (names.REQUEST_ID, names.CORRELATION_ID)
        if (text := headers.get(name)) and len(text) <= LONGEST_MESSAGE_ID and text.isprintable()
    }


class ErrorRenderer:
    """Turns what was raised into an answer."""

    def __init__(self, *, clock: Clock, key: PrivateKey, always_sign: bool) -> None:
        self._clock = clock
        self._key = key
        self._always_sign = always_sign

    def render(
        self,
        error: Exception,
        *,
        version: VersionNumber | None = None,
        signed: bool = False,
        stranger: bool = False,
    ) -> tuple[int, bytes]:
        """Return HTTP status and body; an error that nobody foresaw is logged under an incident id.

        ``signed`` is whether the request was: its sender expects a signed answer. A ``stranger`` gets none:
        it would cost us more than the request cost them.
        """
        fault = error if isinstance(error, OcpiError) else self._unforeseen(error)
        status_code = fault.status_code
        if version is not None:
            status_code = Status(status_for(status_code, version))
        message = fault.message if fault.hint is None else f"{fault.message} ({fault.hint})"
        sign = (signed or self._always_sign) and not (stranger or isinstance(error, Unauthorized))
        now = self._clock.now()
        body = encode_envelope(
            msgspec.UNSET,
            now=now,
            status_code=status_code,
            status_message=message,
            ocn_signature=self._sign(status_code, message, now) if sign else None,
        )
        return fault.http_status, body

    def _sign(self, status_code: int, message: str, now: datetime) -> str:
        envelope: dict[str, JsonValue] = {
            "status_code": int(status_code),
            "status_message": message,
            "timestamp": format_datetime(now),
        }
        return encode(sign(response_values({}, envelope), self._key))

    def _unforeseen(self, error: Exception) -> OcpiError:
        incident = uuid.uuid4().hex[:12]
        if isinstance(error, OcnError):
            _log.error("request_failed", incident=incident, error=str(error))
        else:
            _log.error("unforeseen_error", incident=incident, exc_info=error)
        return ServerFault(f"the node failed; incident {incident}")
