"""One request out and its answer in: addressed, authorised, signed, bounded, and judged."""

import time
from dataclasses import dataclass, replace
from uuid import uuid4

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.statuses import is_success
from ocn.party.errors import AnswerUnusable, PeerUnreachable, RequestFailed
from ocn.party.json_text import decode_object
from ocn.party.limits import Limits
from ocn.party.reply import Reply
from ocn.party.sending.reach import Reach
from ocn.party.sending.transport import RawAnswer, Transport
from ocn.party.signatures.notary import Signatures
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.storage.registration import OutgoingToken
from ocn.party.subjects import Subject
from ocn.party.traffic import Direction, Exchange, Watch, unwatched


@dataclass(frozen=True, slots=True)
class Routing:
    """From whom to whom; configuration modules travel without it.

    In OCPI 2.1.1 it is not said (``told``): the peer finds the receiver, and nothing can be signed.
    """

    sender: PartyId
    receiver: PartyId | None
    told: bool = True

    def headers(self) -> dict[str, str]:
        """The four routing headers, or two when the hub is to find the receiver."""
        if not self.told:
            return {}
        written = {h.FROM_COUNTRY: self.sender.country_code, h.FROM_PARTY: self.sender.party_id}
        if self.receiver is not None:
            written |= {h.TO_COUNTRY: self.receiver.country_code, h.TO_PARTY: self.receiver.party_id}
        return written


@dataclass(frozen=True, slots=True)
class Call:
    """Everything about a request but where the token comes from. An empty correlation id gets a new one."""

    method: str
    url: str
    body: bytes | None = None
    routing: Routing | None = None
    module: str | None = None
    correlation_id: str = ""
    timeout_s: float | None = None
    subject: Subject | None = None
    proof: str | None = None
    """That the party holds its key, on credentials."""


class Channel:
    """Sends calls and returns replies; keeps no registration."""

    def __init__(
        self,
        transport: Transport,
        reach: Reach,
        *,
        signatures: Signatures | None = None,
        strict: StrictSignatures | None = None,
        limits: Limits | None = None,
        watch: Watch = unwatched,
    ) -> None:
        self.reach = reach
        self._transport = transport
        self._signatures = signatures or Signatures()
        self._strict = strict or StrictSignatures()
        self._limits = limits or Limits()
        self._watch = watch

    async def exchange(self, call: Call, token: OutgoingToken) -> Reply[object]:
        """Send and return the answer, whatever its status.

        Raises:
            AddressNotAllowed: nothing was sent.
            PeerUnreachable, PeerTimedOut, AnswerUnusable: no answer, or none in OCPI's form.
            AnswerSignatureInvalid: signatures are required and this one does not hold.
        """
        self.reach.require(call.url)
        sent = self._written(call)
        wire = {h.DISPLAY_NAME.get(name, name): value for name, value in sent.items()}
        wire["Authorization"] = token.header
        began = time.perf_counter()
        try:
            raw = await self._transport.send(
                call.method, call.url, wire, call.body, timeout_s=call.timeout_s or self._limits.answer_s
            )
        except (PeerUnreachable, AnswerUnusable):
            self._report(call, sent, None, None, time.perf_counter() - began)
            raise
        latency_s = time.perf_counter() - began
        try:
            reply = _read(raw, call, sent, latency_s)
        except AnswerUnusable:
            self._report(call, sent, raw, None, latency_s)
            raise
        self._report(call, sent, raw, reply.status_code, latency_s)
        return await self._verified(call, sent, reply)

    async def expect(self, call: Call, token: OutgoingToken) -> Reply[object]:
        """Send and return the answer if it is a success.

        Raises:
            RequestFailed: the peer said no; as :meth:`exchange` for the rest.
        """
        reply = await self.exchange(call, token)
        if not is_success(reply.status_code) or reply.http_status >= 400:
            said = f": {reply.status_message[:500]}" if reply.status_message else ""
            raise RequestFailed(
                f"{call.method} {call.url} answered {reply.status_code} (HTTP {reply.http_status}){said}",
                reply,
            )
        return reply

    def _written(self, call: Call) -> dict[str, str]:
        headers = {h.REQUEST_ID: str(uuid4()), h.CORRELATION_ID: call.correlation_id or str(uuid4())}
        if call.routing is not None:
            headers |= call.routing.headers()
        if call.routing is not None and call.routing.told:
            if signature := self._signatures.sign_request(headers, call.url, call.body):
                headers[h.SIGNATURE] = signature
            if strict := self._strict.sign_request(call.method, call.url, headers, call.body):
                headers[h.STRICT_SIGNATURE] = strict
        elif call.proof:
            headers[h.STRICT_SIGNATURE] = call.proof
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    async def _verified(self, call: Call, sent: dict[str, str], reply: Reply[object]) -> Reply[object]:
        routing = call.routing
        if routing is None or routing.receiver is None or not is_success(reply.status_code):
            return reply  # an error may be the hub's own, and hubs sign none
        signed_by = await self._signatures.check_answer(
            reply.headers, reply.body, sender=routing.receiver, own=routing.sender
        )
        strictly_by = await self._strict.check_answer(
            sent,
            reply.http_status,
            reply.headers,
            reply.body,
            sender=routing.receiver,
            own=routing.sender,
        )
        signed_by = strictly_by or signed_by
        return replace(reply, signatories=signed_by) if signed_by else reply

    def _report(
        self, call: Call, sent: dict[str, str], raw: RawAnswer | None, status: int | None, latency_s: float
    ) -> None:
        self._watch(
            Exchange(
                Direction.SENT,
                call.method,
                call.url,
                call.module,
                call.routing.sender if call.routing else None,
                call.routing.receiver if call.routing else None,
                sent[h.REQUEST_ID],
                sent[h.CORRELATION_ID],
                raw.status if raw else None,
                status,
                latency_s,
                raw.headers if raw else {},
            )
        )


def _read(raw: RawAnswer, call: Call, sent: dict[str, str], latency_s: float) -> Reply[object]:
    try:
        envelope = decode_object(raw.body)
    except InvalidParameters:
        envelope = {}
    status_code, message, stamp = (
        envelope.get(name) for name in ("status_code", "status_message", "timestamp")
    )
    if not isinstance(status_code, int):
        raise AnswerUnusable(f"{call.method} {call.url} answered HTTP {raw.status} and no OCPI envelope")
    return Reply(
        data=envelope.get("data"),
        status_code=status_code,
        status_message=message if isinstance(message, str) else None,
        timestamp=stamp if isinstance(stamp, str) else None,
        http_status=raw.status,
        headers=raw.headers,
        request_id=sent[h.REQUEST_ID],
        correlation_id=sent[h.CORRELATION_ID],
        latency_s=latency_s,
        url=call.url,
        body=raw.body,
    )
