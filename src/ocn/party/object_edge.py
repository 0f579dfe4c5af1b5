"""Between the version that was agreed on and the one in which the back end has its objects.

By default both are the same and nothing happens here. A back end that keeps the objects of one version
(``Party(objects=...)``) can be a party of any other: what it sends and answers is converted on its way out,
what others send and answer on its way in, by the rules of :mod:`ocn.conversion`. Signatures are about what is
on the wire.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ocn.conversion import (
    NOTHING_KNOWN,
    Context,
    ConversionRefused,
    NeedsWholeObject,
    ObjectKind,
    Policy,
    Versions,
    convert_answer_body,
    convert_request_body,
)
from ocn.ocpi.envelope import encode_envelope
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.versions import VersionNumber
from ocn.party.errors import NotConverted
from ocn.party.json_text import decode_object
from ocn.party.receiving.answers import Answer
from ocn.party.reply import Reply
from ocn.party.subjects import Subject

_DRIVERS = frozenset({ModuleID.SESSIONS, ModuleID.CDRS})
_OF_THE_KIT = frozenset({ObjectKind.COMMAND_RESPONSE, ObjectKind.CHARGING_PROFILE_RESPONSE})
"""Answers that are made of an :class:`~ocn.party.outcomes.Outcome`, in the words of 2.2.1."""

Known: TypeAlias = Callable[[Subject], Awaitable[Context]]
"""What the back end knows around a document that cannot say it itself; asked before each conversion."""


async def nothing_known(_: Subject) -> Context:
    """Know nothing."""
    return NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class ObjectEdge:
    """Converts both ways. Without ``objects`` the back end has its objects as they travel."""

    objects: VersionNumber | None = None
    known: Known = nothing_known
    policy: Policy = field(default_factory=Policy)

    async def request_out(self, body: bytes | None, subject: Subject | None, wire: VersionNumber) -> Any:
        """Return the body of a request as it travels.

        Raises:
            NotConverted: it cannot be said in that version.
        """
        if not body or subject is None or self._same(wire, subject):
            return body
        versions = Versions(self._own(wire, subject), wire, self.policy)
        try:
            context = await self._context(subject)
            return convert_request_body(body, subject.contents, versions, context).value
        except (ConversionRefused, NeedsWholeObject) as error:
            raise NotConverted(f"this cannot be sent in OCPI {wire}: {error.message}") from error

    async def request_in(self, body: bytes, subject: Subject | None, wire: VersionNumber) -> bytes:
        """Return the body of a request as the back end knows it.

        Raises:
            InvalidParameters: it is none, or a PATCH that only the whole object makes sense of.
            ConversionRefused: it cannot be said in the back end's version.
        """
        if not body or subject is None or self._same(wire, subject):
            return body
        versions = Versions(wire, self._own(wire, subject), self.policy)
        context = await self._context(subject)
        try:
            return convert_request_body(body, subject.contents, versions, context).value
        except NeedsWholeObject as error:
            raise InvalidParameters(f"{error.message}: send the whole object with PUT") from error

    async def answer_out(self, answer: Answer, subject: Subject | None, wire: VersionNumber) -> Answer:
        """Return an answer as it travels.

        Raises:
            ConversionRefused: it cannot be said in that version.
        """
        if subject is None or self._same(wire, subject, answered=True):
            return answer
        body = encode_envelope(answer.data, now=datetime.now(UTC), status_code=answer.status_code)
        versions = Versions(self._own(wire, subject, answered=True), wire, self.policy)
        context = await self._context(subject)
        envelope = decode_object(convert_answer_body(body, subject.contents, versions, context).value)
        return replace(answer, data=envelope["data"]) if "data" in envelope else answer

    async def answer_in(self, reply: Reply[Any], subject: Subject | None, wire: VersionNumber) -> Reply[Any]:
        """Return an answer whose ``data`` is as the back end knows it; its ``body`` stays as it came.

        Raises:
            NotConverted: it cannot be said in the back end's version.
        """
        if subject is None or self._same(wire, subject) or not isinstance(reply.data, dict | list):
            return reply
        versions = Versions(wire, self._own(wire, subject), self.policy)
        try:
            context = await self._context(subject)
            body = convert_answer_body(reply.body, subject.contents, versions, context).value
        except ConversionRefused as error:
            raise NotConverted(
                f"the answer cannot be read as OCPI {versions.target}: {error.message}"
            ) from error
        return replace(reply, data=decode_object(body).get("data"))

    def _same(self, wire: VersionNumber, subject: Subject, *, answered: bool = False) -> bool:
        return self._own(wire, subject, answered=answered) is wire

    def _own(self, wire: VersionNumber, subject: Subject, *, answered: bool = False) -> VersionNumber:
        """Return the back end's version; what the kit says itself is always in the words of 2.2.1."""
        if answered and subject.contents.answer in _OF_THE_KIT:
            return VersionNumber.V2_2_1
        return self.objects or wire

    async def _context(self, subject: Subject) -> Context:
        known = await self.known(subject)
        ends = {subject.sender, subject.receiver} - {subject.owner}
        about = subject.sender if subject.module == ModuleID.COMMANDS else known.token_owner
        if about is None and subject.module in _DRIVERS and len(ends) == 1:
            (about,) = ends
        return replace(known, owner=subject.owner, token_owner=about)
