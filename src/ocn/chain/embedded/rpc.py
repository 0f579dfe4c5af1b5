"""JSON-RPC 2.0: bytes in, bytes out; finds the method, checks the parameters, spells the errors."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import structlog

from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.controlling import Controlling
from ocn.chain.embedded.errors import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    RpcError,
    invalid_params,
)
from ocn.chain.embedded.filters import Filters
from ocn.chain.embedded.reading import Reading
from ocn.chain.embedded.sending import Sending

MAX_BATCH: Final = 1000
"""Requests in one batch."""

_log = structlog.get_logger(__name__)


class Dispatcher:
    """All methods over one chain."""

    def __init__(self, chain: Chain) -> None:
        filters = Filters(chain)
        families = (Reading(chain), Sending(chain), filters, Controlling(chain, filters))
        self._methods: dict[str, tuple[Callable[..., Any], inspect.Signature]] = {
            name: (method, inspect.signature(method))
            for family in families
            for name, method in family.methods().items()
        }

    def perform(self, method: Any, params: Any) -> Any:
        """Answer one request.

        Raises:
            RpcError: whatever is to be told the caller; nothing else escapes.
        """
        if not isinstance(method, str) or (found := self._methods.get(method)) is None:
            raise RpcError(METHOD_NOT_FOUND, f"the method {str(method)[:64]} does not exist/is not available")
        function, signature = found
        if not isinstance(params, list | tuple):
            raise invalid_params("params: expected a list")
        try:
            signature.bind(*params)
        except TypeError as error:
            raise invalid_params(f"{method}: {error}") from error
        try:
            return function(*params)
        except RpcError:
            raise
        except Exception as error:  # a bug of ours must not end the chain nor show its inside
            _log.exception("devnet method failed", method=method)
            raise RpcError(INTERNAL_ERROR, "internal error") from error

    def answer(self, body: bytes) -> bytes | None:
        """Answer a request or a batch; None when it holds only notifications."""
        try:
            request = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError):
            return _encode(_failed(None, RpcError(PARSE_ERROR, "parse error: not JSON")))
        if not isinstance(request, list):
            single = self._answer_one(request)
            return None if single is None else _encode(single)
        if not request:
            return _encode(_failed(None, RpcError(INVALID_REQUEST, "empty batch")))
        if len(request) > MAX_BATCH:
            return _encode(
                _failed(None, RpcError(LIMIT_EXCEEDED, f"batch of more than {MAX_BATCH} requests"))
            )
        answers = [answer for one in request if (answer := self._answer_one(one)) is not None]
        return _encode(answers) if answers else None

    def _answer_one(self, request: Any) -> Mapping[str, Any] | None:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _failed(
                None, RpcError(INVALID_REQUEST, "invalid request: expected an object with a method")
            )
        identity = request.get("id")
        if isinstance(identity, dict | list):
            return _failed(
                None, RpcError(INVALID_REQUEST, "invalid request: id must be a string or a number")
            )
        params = request.get("params")
        try:
            result = self.perform(request["method"], [] if params is None else params)
        except RpcError as error:
            return _failed(identity, error) if "id" in request else None
        return {"jsonrpc": "2.0", "id": identity, "result": result} if "id" in request else None


def _failed(identity: Any, error: RpcError) -> Mapping[str, Any]:
    return {"jsonrpc": "2.0", "id": identity, "error": error.as_json()}


def _encode(answer: Any) -> bytes:
    return msgspec.json.encode(answer)
