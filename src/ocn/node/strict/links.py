"""The links of this node: whoever changes a part of a signed message says so here, and why."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ocn.node.stages import Permitted
from ocn.node.strict.parts import answer_parts
from ocn.ocpi import headers as names
from ocn.ocpi.errors import HubFault
from ocn.signing import PrivateKey, SignatureInvalid, Unsignable, new_nonce
from ocn.signing.strict import AnswerParts, Reason, RequestParts, Standing, extend, sign_strictly

_LIFETIME_MS = 60_000


class StrictLinks:
    """Extends chains with the node's key. Everywhere None stands for: not strictly signed, nothing to do."""

    def __init__(self, *, key: PrivateKey, now_ms: Callable[[], int]) -> None:
        self._key = key
        self._now_ms = now_ms

    def renamed(self, standing: Standing | None, *, sender: str, receiver: str) -> Standing | None:
        """The message goes on under other names: open routing, a leg of a broadcast, a copy to a service.

        ``sender`` and ``receiver`` are ``PartyId.key``; the empty text for nobody.

        Raises:
            HubFault: as every method here, the chain is full or a reason may not touch what changed.
        """
        if standing is None:
            return None
        return self._extend(standing, Reason.TO, replace(standing.parts, sender=sender, receiver=receiver))

    def called_back_at(self, standing: Standing | None, response_url: str) -> Standing | None:
        """The ``response_url`` became this one."""
        return self._changed(standing, Reason.RESPONSE_URL, response_url=response_url)

    def led_to(self, standing: Standing | None, *, path: str, query: str) -> Standing | None:
        """An address that this node handed out became the one it stands for."""
        return self._changed(standing, Reason.ADDRESS, path=path, query=query)

    def converted(
        self,
        standing: Standing | None,
        *,
        version: str | None = None,
        path: str | None = None,
        query: str | None = None,
        body: bytes | None = None,
    ) -> Standing | None:
        """A request was converted to another version; None for what stayed as it was.

        ``query`` and ``body`` without the value of a ``response_url`` that they carry. Only the receiver's
        own node converts; a link by any other is refused there.
        """
        now = {"version": version, "path": path, "query": query, "body": body}
        return self._changed(standing, Reason.CONVERSION, **{k: v for k, v in now.items() if v is not None})

    def converted_answer(self, standing: Standing | None, body: bytes) -> Standing | None:
        """The body of an answer, without a notary signature in it, was converted to another version."""
        return self._changed(standing, Reason.CONVERSION, body=body)

    def exchanged(self, standing: Standing | None, header: str, value: str) -> Standing | None:
        """The ``Link`` or ``Location`` of an answer became an address of this node."""
        if header == names.LINK:
            return self._changed(standing, Reason.LINK, link=value)
        return self._changed(standing, Reason.LOCATION, location=value)

    def own_answer(self, permitted: Permitted, status: int, headers: Mapping[str, str], body: bytes) -> str:
        """Sign an answer that the hub gives itself: the party that speaks is the hub, the key the node's."""
        asked = permitted.authenticated.strict
        parts = answer_parts(
            status,
            headers,
            body,
            request=asked.signature if asked is not None else "",
            sender=permitted.receiver,
            receiver=permitted.sender,
            correlation_id=permitted.received.correlation_id,
        )
        return sign_strictly(
            self._key, parts, created_ms=self._now_ms(), lifetime_ms=_LIFETIME_MS, nonce=new_nonce()
        )

    def _changed(self, standing: Standing | None, reason: Reason, **now: object) -> Standing | None:
        if standing is None:
            return None
        parts: RequestParts | AnswerParts = replace(standing.parts, **now)  # type: ignore[arg-type]  # by name
        return self._extend(standing, reason, parts)

    def _extend(self, standing: Standing, reason: Reason, parts: RequestParts | AnswerParts) -> Standing:
        try:
            return extend(self._key, standing, reason, parts, created_ms=self._now_ms())
        except (Unsignable, SignatureInvalid) as error:
            raise HubFault(f"this node cannot vouch for its change of a signed message: {error}") from error
