"""What the server serves: which door, which use case, and every failure rendered."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from ocn.node.client_info import ClientInfo
from ocn.node.client_info.listing import Page
from ocn.node.edge.reading import read_functional, read_headers
from ocn.node.edge.rendering import ErrorRenderer, echoed_ids
from ocn.node.edge.server import HttpRequest, call_asgi
from ocn.node.hub_modules.answering import HubModules
from ocn.node.links import NODE_DOOR, PARTY_DOOR, PEER_DOOR
from ocn.node.node_headers import NODE_SIGNATURE, VIA
from ocn.node.peers import PeerDoor
from ocn.node.pipeline import Pipeline
from ocn.node.ports import Clock
from ocn.node.stages import Answer, Door
from ocn.ocpi import headers as names
from ocn.ocpi.envelope import encode_envelope
from ocn.ocpi.errors import HubFault, OcpiError, TooLarge
from ocn.ocpi.versions import VERSION_BY_NUMBER

_PARTY_PREFIX = f"{PARTY_DOOR}/"
_NODE_PREFIX = f"{NODE_DOOR}/"
_PEER_PREFIX = f"{PEER_DOOR}/"
MOST_HOPS = 16
MOST_BYTES_ASIDE = 64 * 1024
"""Of a body that is for no door; who sent it is not known before it is read."""


class AnswerSigning(Protocol):
    """Signs this node's answers to other nodes."""

    def sign(self, request_signature: str, answer: Answer) -> str | None:
        """Return the header value that binds an answer to the request's nonce.

        None when the request's own signature cannot be read: then there is nobody to answer to.
        """
        ...


class Application:
    """Serves the doors of parties, of nodes that relay and of nodes in their own name (``peers``).

    What is below none of them goes to ``side``, a plain ASGI application.
    """

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        hub_modules: HubModules,
        errors: ErrorRenderer,
        answer_signing: AnswerSigning,
        peers: PeerDoor,
        client_info: ClientInfo,
        side: Any,
        clock: Clock,
        address: str,
    ) -> None:
        self._pipeline = pipeline
        self._hub_modules = hub_modules
        self._errors = errors
        self._answer_signing = answer_signing
        self._peers = peers
        self.client_info = client_info
        self._side = side
        self._clock = clock
        self._own_via = address.lower()

    def handle(self, request: HttpRequest) -> Coroutine[Any, Any, Answer]:
        """Answer a request at one of the doors, or have it answered by ``side``."""
        path = request.path
        if path.startswith(_PARTY_PREFIX):
            return self._party_door(request)
        if path.startswith(_NODE_PREFIX):
            return self._node_door(request)
        if path.startswith(_PEER_PREFIX):
            return self._peer_door(request)
        return call_asgi(self._side, request)

    def inspect(self, head: HttpRequest) -> OcpiError | None:
        """Say why a body is not worth waiting for: that of a stranger, or a large one for no door."""
        if head.path.startswith(_NODE_PREFIX):
            return None
        if head.path.startswith(_PEER_PREFIX):
            return _raised_by(lambda: self._peers.refuse_strangers(head.headers))
        if not head.path.startswith(_PARTY_PREFIX):
            length = head.headers.get("content-length", "")
            if length.isdecimal() and int(length[:20]) <= MOST_BYTES_ASIDE:
                return None
            return TooLarge(f"here a body has at most {MOST_BYTES_ASIDE} bytes, and its length is told")
        return _raised_by(
            lambda: self._hub_modules.refuse_strangers(read_headers(head).get(names.AUTHORIZATION, ""))
        )

    def refuse(self, error: Exception, request: HttpRequest | None) -> Answer:
        """Word what the server refuses itself."""
        if request is None:
            status, body = self._errors.render(error, stranger=True)
            return Answer(status, {}, body)
        answer = self._failure(request, error)
        if not request.path.startswith((_NODE_PREFIX, _PEER_PREFIX)):
            return answer
        return self._signed(request.headers.get(NODE_SIGNATURE, ""), answer)

    async def _party_door(self, request: HttpRequest) -> Answer:
        try:
            found = read_headers(request)
            path = request.path[len(PARTY_DOOR) :]
            if self._hub_modules.serves(path):
                return await self._own_module(request, found, path)
            self._refuse_loop(found)
            return await self._pipeline.relay(read_functional(Door.PARTY, path, request, found))
        except Exception as error:  # noqa: BLE001  # the edge answers whatever went wrong
            return self._failure(request, error)

    async def _node_door(self, request: HttpRequest) -> Answer:
        signature = ""
        try:
            found = read_headers(request)
            signature = found.get(NODE_SIGNATURE, "")
            path = request.path[len(NODE_DOOR) :]
            answer = await self._pipeline.relay(read_functional(Door.NODE, path, request, found))
        except Exception as error:  # noqa: BLE001  # the edge answers whatever went wrong
            answer = self._failure(request, error)
        return self._signed(signature, answer)

    async def _peer_door(self, request: HttpRequest) -> Answer:
        signature = ""
        try:
            found = read_headers(request)
            signature = found.get(NODE_SIGNATURE, "")
            path = request.path[len(_PEER_PREFIX) :]
            status, body = await self._peers.answer(request.method, path, request.query, found, request.body)
            answer = Answer(status, echoed_ids(request.headers), body)
        except Exception as error:  # noqa: BLE001  # the edge answers whatever went wrong
            answer = self._failure(request, error)
        return self._signed(signature, answer)

    def _signed(self, request_signature: str, answer: Answer) -> Answer:
        proof = self._answer_signing.sign(request_signature, answer)
        if proof is None:
            return answer
        return Answer(answer.http_status, {**answer.headers, NODE_SIGNATURE: proof}, answer.body)

    async def _own_module(self, request: HttpRequest, found: dict[str, str], path: str) -> Answer:
        authorization = found.get(names.AUTHORIZATION, "")
        data = await self._hub_modules.answer(
            request.method,
            path,
            authorization,
            request.body,
            query=request.query,
            signatures=found.get(names.STRICT_SIGNATURE, ""),
        )
        headers = echoed_ids(request.headers)
        if isinstance(data, Page):
            headers, data = {**headers, **data.headers}, data.data
        return Answer(200, headers, encode_envelope(data, now=self._clock.now()))

    def _failure(self, request: HttpRequest, error: Exception) -> Answer:
        version = next(
            (VERSION_BY_NUMBER[part] for part in request.path.split("/")[2:5] if part in VERSION_BY_NUMBER),
            None,
        )
        headers = request.headers
        status, body = self._errors.render(error, version=version, signed=names.SIGNATURE in headers)
        parties = {} if self._is_own_module(request) else _exchanged_parties(headers)
        return Answer(status, {**echoed_ids(headers), **parties}, body)

    def _is_own_module(self, request: HttpRequest) -> bool:
        """Whether it is for a configuration module, whose messages never name parties."""
        return request.path.startswith(_PARTY_PREFIX) and self._hub_modules.serves(
            request.path[len(PARTY_DOOR) :]
        )

    def _refuse_loop(self, found: dict[str, str]) -> None:
        if via := found.get(VIA):
            if self._own_via in via.lower():
                raise HubFault("this request has been here before: an endpoint points back at the node")
            if via.count(",") >= MOST_HOPS:
                raise HubFault(f"this request has passed more than {MOST_HOPS} servers")


def _raised_by(check: Callable[[], None]) -> OcpiError | None:
    try:
        check()
    except OcpiError as error:
        return error
    return None


_EXCHANGED = {
    names.FROM_COUNTRY: names.TO_COUNTRY,
    names.FROM_PARTY: names.TO_PARTY,
    names.TO_COUNTRY: names.FROM_COUNTRY,
    names.TO_PARTY: names.FROM_PARTY,
}


def _exchanged_parties(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the routing headers of an answer to a request that may be malformed."""
    return {
        exchanged: text
        for name, exchanged in _EXCHANGED.items()
        if (text := headers.get(name)) and len(text) <= 3 and text.isascii() and text.isalnum()
    }
