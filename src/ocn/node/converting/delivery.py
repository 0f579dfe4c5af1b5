"""Deliver to a receiver that speaks another version: convert, send, convert the answer back."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any
from urllib.parse import unquote

import msgspec
import structlog

from ocn.conversion import (
    AnsweredInstead,
    Change,
    ConversionRefused,
    Converted,
    NeedsWholeObject,
    ObjectKind,
    Policy,
    Versions,
    convert_answer_body,
    convert_request_body,
    says_the_same,
    stands_alone,
)
from ocn.conversion.v2_1_1.missing import NOT_SUPPORTED
from ocn.node.converting.crossing import Crossing, addressee_of, crossing, version_at
from ocn.node.converting.known import Attempts, KnownObjects, Lookups
from ocn.node.converting.reports import ConversionReport, ConversionReports, first_changes, header_text
from ocn.node.converting.signing import Signing
from ocn.node.converting.whole_objects import WholeObjects
from ocn.node.delivery import Delivery
from ocn.node.forwarding.own_answer import OwnAnswer
from ocn.node.node_headers import CONVERSION
from ocn.node.ports import Clock, OutboundAnswer
from ocn.node.stages import Delivered, Routed
from ocn.ocpi import headers as names
from ocn.ocpi.envelope import encode_envelope, read_status_code
from ocn.ocpi.errors import UnknownReceiver
from ocn.ocpi.unreadable import UNREADABLE
from ocn.ocpi.versions import VersionNumber

_log = structlog.get_logger("ocn.node.converting")

_SIGNATURE = "ocn_signature"
_GONE = frozenset({CONVERSION, names.STRICT_SIGNATURE})
_NEVER_RELAYED = frozenset({401, 403, 407})


class Converting:
    """``Delivery`` to one receiver, whatever version it speaks."""

    def __init__(
        self,
        *,
        one: Delivery,
        policy: Policy,
        known: KnownObjects | None,
        reports: ConversionReports,
        clock: Clock,
        signing: Signing,
    ) -> None:
        self._one = one
        self._policy = policy
        self._known = known
        self._reports = reports
        self._clock = clock
        self._signing = signing
        self._whole_objects = WholeObjects(one, signing.answer)
        self._large = asyncio.Lock()
        self._attempts = Attempts(self._large)

    def deliver(self, routed: Routed) -> Coroutine[Any, Any, Delivered]:
        """Send and wait for the answer; both in the version of whoever gets them.

        Raises:
            ConversionRefused: the request was not sent, or its answer cannot be passed on; the original of
                neither ever is.
            UnknownReceiver: the receiver's version has no such request.
            HubFault: as the delivery itself.
        """
        spoken = routed.permitted.addressed.authenticated.received.address.version
        wanted = version_at(routed)
        if spoken is None or wanted is None or spoken is wanted:
            return self._one.deliver(routed)
        return self._converted(routed, spoken, wanted)

    async def _converted(self, routed: Routed, spoken: VersionNumber, wanted: VersionNumber) -> Delivered:
        across = crossing(routed, spoken, wanted, self._policy)
        try:
            delivered, changes = await self._across(across)
        except ConversionRefused as refused:
            self._report(across, (), str(refused))
            raise
        if changes:
            self._report(across, changes, None)
        return delivered

    async def _across(self, across: Crossing) -> tuple[Delivered, tuple[Change, ...]]:
        routed = across.routed
        self._signing.refuse_demanded(across)
        lookups = self._lookups(across)
        sent = Versions(across.spoken, across.wanted, across.policy)
        turn = partial(convert_request_body, routed.body, across.contents, sent)
        try:
            if not across.exists_there and across.contents.patch:
                raise NeedsWholeObject(())
            body = await lookups.attempt(turn, size=len(routed.body), strict=across.receiving)
            if not across.exists_there:
                raise _not_there(across)
        except AnsweredInstead as instead:
            return self._answered(across, instead), ()
        except NeedsWholeObject as needs:
            self._signing.refuse_demanded(across, method_stays=False)
            delivered, changes = await self._whole_objects.put_instead(across, lookups, needs)
            said = header_text(across.spoken, across.wanted, changes)
            standing = None
        else:
            url = across.url
            said = header_text(across.spoken, across.wanted, body.changes)
            converted = msgspec.structs.replace(
                routed, url=url, body=body.value, signature=None, conversion=said
            )
            converted = self._signing.request(routed, converted)
            delivered, changes = await self._one.deliver(converted), body.changes
            standing = self._signing.answer(delivered)
        answer = await self._answer(across, delivered.answer, lookups)
        if answer.changes:
            changes += answer.changes
            said = header_text(across.spoken, across.wanted, changes)
        headers = [pair for pair in delivered.answer.headers if pair[0] not in _GONE]
        signed = self._signing.converted_answer(standing, answer.value)
        own = OwnAnswer(delivered.answer.status, (*headers, (CONVERSION, said), *signed), answer.value)
        return Delivered(routed, own), changes

    def _lookups(self, across: Crossing) -> Attempts:
        if stands_alone(across.spoken, across.wanted):
            return self._attempts
        owner = across.owner()
        return Lookups(
            self._known,
            addressee_of(across.routed),
            token_uid=_token_asked_about(across),
            now=self._clock.now(),
            large=self._large,
            owner=owner,
            token_owner=across.token_owner(owner),
        )

    async def _answer(self, across: Crossing, answer: OutboundAnswer, lookups: Attempts) -> Converted[bytes]:
        code = read_status_code(answer.body)
        if answer.status in _NEVER_RELAYED or answer.status >= 500 or code is None:
            return Converted(answer.body)  # the next stage makes an error of it, or sees that it is empty
        back = Versions(across.wanted, across.spoken, across.policy)
        body = _unsigned(answer.body)
        if body is answer.body and says_the_same(body, code, back):
            return Converted(body)
        turn = partial(convert_answer_body, body, across.contents, back)
        try:
            return await lookups.attempt(turn, size=len(body), strict=across.asking)
        except ConversionRefused as refused:
            raise ConversionRefused(
                f"the request was delivered, and its answer cannot be written in OCPI {across.spoken}:"
                f" {refused}"
            ) from refused

    def _answered(self, across: Crossing, instead: AnsweredInstead) -> Delivered:
        """Answer for a receiver whose version lacks what is asked of it."""
        body = encode_envelope(instead.answer, now=self._clock.now(), status_message=instead.message)
        header = (CONVERSION, header_text(across.spoken, across.wanted, ()))
        return Delivered(across.routed, OwnAnswer(200, (header,), body))

    def _report(self, across: Crossing, changes: tuple[Change, ...], refused: str | None) -> None:
        permitted, received = across.routed.permitted, across.routed.received
        receiver = across.routed.receiver or permitted.receiver
        self._reports.add(
            ConversionReport(
                at=self._clock.now(),
                sender=permitted.sender,
                receiver=receiver,
                method=received.method,
                module=received.address.module,
                path=received.address.path,
                source=across.spoken,
                target=across.wanted,
                changes=first_changes(changes),
                changed=len(changes),
                refused=refused,
            )
        )
        if refused is not None:
            _log.info(
                "conversion_refused",
                sender=str(permitted.sender),
                receiver=str(receiver),
                module=received.address.module,
                conversion=f"{across.spoken}->{across.wanted}",
                reason=refused,
            )


def _not_there(across: Crossing) -> UnknownReceiver | AnsweredInstead:
    """Return why a request cannot go on; of a charging profile its sender is answered in its own words."""
    if across.contents.answer is ObjectKind.CHARGING_PROFILE_RESPONSE:
        return AnsweredInstead(f"OCPI {across.wanted} has no charging profiles", dict(NOT_SUPPORTED))
    received = across.routed.received
    receiver = across.routed.receiver or across.routed.permitted.receiver
    return UnknownReceiver(
        f"{receiver} speaks OCPI {across.wanted}, which has no"
        f" {received.method} of {received.address.module}{received.address.path}"
    )


def _token_asked_about(across: Crossing) -> str | None:
    """Return the uid of the token that an authorisation is about: later versions answer with all of it."""
    if across.contents.answer is not ObjectKind.AUTHORIZATION_INFO:
        return None
    return unquote(across.routed.received.address.path.split("/")[1])


def _unsigned(body: bytes) -> bytes:
    """Take the signature out of an answer whose other members are about to change."""
    if body.find(b'"ocn_signature"') < 0:
        return body
    try:
        envelope = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return body  # the conversion says what is wrong with it
    envelope.pop(_SIGNATURE, None)
    return msgspec.json.encode(envelope)
