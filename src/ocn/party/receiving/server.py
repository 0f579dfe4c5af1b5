"""The receiving ASGI app of a party: authenticate, answer, sign, send, and only then follow up.

Nothing but the HTTP head is read before the token is known. Every answer is an OCPI envelope; every answer
of a functional module, refusals included, is signed when this party signs.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from ocn.conversion import status_for
from ocn.ocpi import headers as h
from ocn.ocpi.envelope import encode_envelope
from ocn.ocpi.errors import OcpiError, ServerFault, Unauthorized, UnknownObject
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.versions import VersionNumber
from ocn.party.clock import utc_now
from ocn.party.identity.credentials import Door
from ocn.party.limits import Limits
from ocn.party.receiving.answers import Answer
from ocn.party.receiving.asgi import Asked, Receive, Scope, Send, party_in, read_body, read_head, send_answer
from ocn.party.receiving.configuration_modules import ConfigurationModules
from ocn.party.receiving.followups import Followups
from ocn.party.receiving.functional_modules import FunctionalModules, Place
from ocn.party.signatures.notary import Signatures
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.traffic import Direction, Exchange, Watch

_LOG = logging.getLogger("ocn.party")
_LONGEST_ID = 255


class PartyApp:
    """What uvicorn, or any ASGI server, is given."""

    def __init__(
        self,
        configuration: ConfigurationModules,
        functional: FunctionalModules,
        *,
        door: Door,
        signatures: Signatures,
        strict: StrictSignatures,
        followups: Followups,
        limits: Limits,
        watch: Watch,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._configuration = configuration
        self._functional = functional
        self._door = door
        self._signatures = signatures
        self._strict = strict
        self._followups = followups
        self._limits = limits
        self._watch = watch
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; start-up and shut-down are the party's own business."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        asked, place = None, None
        try:
            asked = read_head(scope)
            place = Place.at(asked.steps[1:])
            answer = await self._answer(asked, place, receive)
        except OcpiError as error:
            answer = Answer(
                http_status=error.http_status, status_code=error.status_code, status_message=error.message
            )
        except Exception:  # noqa: BLE001  whatever a handler raises, its peer gets an envelope
            answer = _incident(asked)
        followup = answer.followup
        try:
            body = self._written(asked, place, answer)
        except Exception:  # noqa: BLE001  a handler's data may be no JSON, or nothing that can be signed
            answer = _incident(asked)
            body = self._written(asked, place, answer)
        try:
            headers = self._strictly_signed(asked, place, answer, body)
            await send_answer(send, answer.http_status, headers, body)
        finally:
            if followup is not None:
                self._followups.start(followup)
            if asked is not None:
                self._report(asked, place, answer, time.perf_counter() - began)

    async def _answer(self, asked: Asked, place: Place | None, receive: Receive) -> Answer:
        token = asked.headers.get(h.AUTHORIZATION)
        admitted = self._door.admitted(token) if place else self._door.admitted_to_register(token)
        if admitted is None:
            raise Unauthorized("no token, or one that was not given out here")
        if asked.steps[0] != "ocpi" or len(asked.steps) < 2:
            raise UnknownObject("no such address")
        body = await read_body(asked, receive, self._limits)
        if place is None:
            return await self._configuration.answer(asked, asked.steps[1:], body)
        return await self._functional.answer(asked, place, body)

    def _written(self, asked: Asked | None, place: Place | None, answer: Answer) -> bytes:
        spoken = self._spoken()
        body = encode_envelope(
            answer.data,
            now=self._now(),
            status_code=status_for(answer.status_code, spoken),
            status_message=answer.status_message,
        )
        if place is None or place.interface[0] == ModuleID.HUB_CLIENT_INFO or not spoken.has_routing:
            return body
        return self._signatures.sign_answer(_headers(asked, answer), body)

    def _spoken(self) -> VersionNumber:
        registration = self._door.registration
        return VersionNumber.V2_2_1 if registration is None else registration.version

    def _strictly_signed(
        self, asked: Asked | None, place: Place | None, answer: Answer, body: bytes
    ) -> dict[str, str]:
        headers = _headers(asked, answer)
        if asked is None or place is None or place.interface[0] == ModuleID.HUB_CLIENT_INFO:
            return headers
        text = self._strict.sign_answer(asked.headers, answer.http_status, headers, body)
        return {**headers, h.STRICT_SIGNATURE: text} if text else headers

    def _report(self, asked: Asked, place: Place | None, answer: Answer, latency_s: float) -> None:
        query = f"?{asked.raw_query}" if asked.raw_query else ""
        self._watch(
            Exchange(
                Direction.SERVED,
                asked.method,
                asked.path + query,
                place.interface[0] if place else None,
                party_in(asked.headers, h.FROM_COUNTRY, h.FROM_PARTY),
                party_in(asked.headers, h.TO_COUNTRY, h.TO_PARTY),
                asked.headers.get(h.REQUEST_ID, ""),
                asked.headers.get(h.CORRELATION_ID, ""),
                answer.http_status,
                answer.status_code,
                latency_s,
                answer.headers,
            )
        )


def _headers(asked: Asked | None, answer: Answer) -> dict[str, str]:
    return {**answer.headers, **(_repeated(asked) if asked else {})}


def _repeated(asked: Asked) -> dict[str, str]:
    """Both ids as they came, and the routing headers the other way round."""
    swapped = (
        (h.REQUEST_ID, h.REQUEST_ID),
        (h.CORRELATION_ID, h.CORRELATION_ID),
        (h.TO_COUNTRY, h.FROM_COUNTRY),
        (h.TO_PARTY, h.FROM_PARTY),
        (h.FROM_COUNTRY, h.TO_COUNTRY),
        (h.FROM_PARTY, h.TO_PARTY),
    )
    return {
        name: value
        for name, source in swapped
        if (value := asked.headers.get(source)) and len(value) <= _LONGEST_ID
    }


def _incident(asked: Asked | None) -> Answer:
    """A bug, here or in a handler: the peer gets an id, the log everything."""
    incident = str(uuid4())
    where = f"{asked.method} {asked.path}" if asked else "a request"
    _LOG.exception("incident %s: %s failed", incident, where)
    return Answer(
        status_code=ServerFault.status_code,
        http_status=ServerFault.http_status,
        status_message=f"something went wrong here; incident {incident}",
    )


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
