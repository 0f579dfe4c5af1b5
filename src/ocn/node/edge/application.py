"""The ASGI application: which door, which use case, and every failure rendered."""

from typing import Any, Protocol

from ocn.node.edge.reading import (
    EdgeLimits,
    Receive,
    Scope,
    Send,
    read_body,
    read_functional,
    read_headers,
)
from ocn.node.edge.rendering import ErrorRenderer, RawHeaders, echoed_ids, raw_headers
from ocn.node.hub_modules.answering import HubModules
from ocn.node.links import NODE_DOOR, PARTY_DOOR
from ocn.node.node_headers import NODE_SIGNATURE, VIA
from ocn.node.pipeline import Pipeline
from ocn.node.ports import Clock
from ocn.node.stages import Answer, Door
from ocn.ocpi import headers as names
from ocn.ocpi.envelope import encode_envelope
from ocn.ocpi.errors import HubFault, TooLarge, TooSlow
from ocn.ocpi.versions import VersionNumber

_PARTY_PREFIX = f"{PARTY_DOOR}/".encode()
_NODE_PREFIX = f"{NODE_DOOR}/".encode()
MOST_HOPS = 16
_VERSIONS = {str(version): version for version in VersionNumber}


class AnswerSigning(Protocol):
    """Signs this node's answers to other nodes."""

    def sign(self, request_signature: str, answer: Answer) -> str | None:
        """Return the header value that binds an answer to the request's nonce.

        None when the request's own signature cannot be read: then there is nobody to answer to.
        """
        ...


class Application:
    """Serves both doors; what is below neither goes to ``side``, a plain ASGI application."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        hub_modules: HubModules,
        errors: ErrorRenderer,
        answer_signing: AnswerSigning,
        side: Any,
        clock: Clock,
        limits: EdgeLimits,
        address: str,
    ) -> None:
        self._pipeline = pipeline
        self._hub_modules = hub_modules
        self._errors = errors
        self._answer_signing = answer_signing
        self._side = side
        self._clock = clock
        self._limits = limits
        self._own_via = address.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        path: bytes = scope["raw_path"]
        if path.startswith(_PARTY_PREFIX):
            status, headers, body = await self._party_door(scope, receive)
        elif path.startswith(_NODE_PREFIX):
            status, headers, body = await self._node_door(scope, receive)
        else:
            await self._side(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _party_door(self, scope: Scope, receive: Receive) -> tuple[int, RawHeaders, bytes]:
        try:
            found = read_headers(scope["headers"])
            if found.get("content-length", "0") != "0" or "transfer-encoding" in found:
                self._hub_modules.refuse_strangers(found.get(names.AUTHORIZATION, ""))
            path = scope["raw_path"].decode("latin-1")[len(PARTY_DOOR) :]
            if self._hub_modules.serves(path):
                return await self._own_module(scope, receive, found, path)
            self._refuse_loop(found)
            body = await read_body(found, receive, self._limits)
            answer = await self._pipeline.relay(read_functional(Door.PARTY, PARTY_DOOR, scope, found, body))
        except Exception as error:  # noqa: BLE001  # the edge answers whatever went wrong
            answer = self._failure(scope, error)
        return answer.http_status, raw_headers(answer.headers, answer.body), answer.body

    async def _node_door(self, scope: Scope, receive: Receive) -> tuple[int, RawHeaders, bytes]:
        signature = ""
        try:
            found = read_headers(scope["headers"])
            signature = found.get(NODE_SIGNATURE, "")
            body = await read_body(found, receive, self._limits)
            answer = await self._pipeline.relay(read_functional(Door.NODE, NODE_DOOR, scope, found, body))
        except Exception as error:  # noqa: BLE001  # the edge answers whatever went wrong
            answer = self._failure(scope, error)
        headers = dict(answer.headers)
        if proof := self._answer_signing.sign(signature, answer):
            headers[NODE_SIGNATURE] = proof
        return answer.http_status, raw_headers(headers, answer.body), answer.body

    async def _own_module(
        self, scope: Scope, receive: Receive, found: dict[str, str], path: str
    ) -> tuple[int, RawHeaders, bytes]:
        body = await read_body(found, receive, self._limits)
        data = await self._hub_modules.answer(scope["method"], path, found.get(names.AUTHORIZATION, ""), body)
        answer = encode_envelope(data, now=self._clock.now())
        return 200, raw_headers(echoed_ids(scope["headers"]), answer), answer

    def _failure(self, scope: Scope, error: Exception) -> Answer:
        version = next((_VERSIONS[part] for part in scope["path"].split("/")[2:5] if part in _VERSIONS), None)
        raw: RawHeaders = scope["headers"]
        signed = any(name == names.SIGNATURE.encode() for name, _ in raw)
        status, body = self._errors.render(error, version=version, signed=signed)
        headers = {**echoed_ids(raw), **_exchanged_parties(raw)}
        if isinstance(error, TooLarge | TooSlow):
            headers["connection"] = "close"  # the rest of the body is not waited for
        return Answer(status, headers, body)

    def _refuse_loop(self, found: dict[str, str]) -> None:
        if via := found.get(VIA):
            if self._own_via in via.lower():
                raise HubFault("this request has been here before: an endpoint points back at the node")
            if via.count(",") >= MOST_HOPS:
                raise HubFault(f"this request has passed more than {MOST_HOPS} servers")


_EXCHANGED = {
    names.FROM_COUNTRY.encode(): names.TO_COUNTRY,
    names.FROM_PARTY.encode(): names.TO_PARTY,
    names.TO_COUNTRY.encode(): names.FROM_COUNTRY,
    names.TO_PARTY.encode(): names.FROM_PARTY,
}


def _exchanged_parties(raw: RawHeaders) -> dict[str, str]:
    """Return the routing headers of an answer to a request that may be malformed."""
    return {
        _EXCHANGED[name]: text
        for name, value in raw
        if name in _EXCHANGED and len(text := value.decode("latin-1")) <= 3 and text.isalnum()
    }
