"""What the embedded chain says when it cannot do as asked."""

from collections.abc import Mapping
from typing import Any, Final

from ocn.chain.errors import ChainError

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
SERVER_ERROR: Final = -32000
LIMIT_EXCEEDED: Final = -32005
REVERTED: Final = 3
"""The code go-ethereum gives an ``eth_call`` or ``eth_estimateGas`` whose contract reverted."""


class DevnetError(ChainError):
    """The embedded chain cannot be opened, or was closed."""


class RpcError(DevnetError):
    """A JSON-RPC method refused; ``code``, ``message`` and ``data`` go on the wire as they are."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data

    def as_json(self) -> Mapping[str, Any]:
        """The ``error`` member of a JSON-RPC answer."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            body["data"] = self.data
        return body


def invalid_params(message: str) -> RpcError:
    """The caller's parameters are malformed."""
    return RpcError(INVALID_PARAMS, message)


def refused(message: str) -> RpcError:
    """The request is well formed and cannot be done."""
    return RpcError(SERVER_ERROR, message)
