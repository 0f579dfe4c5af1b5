"""A chain in memory, driven through its JSON-RPC methods, with a clock that stands still."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.rpc import Dispatcher
from ocn.chain.embedded.settings import Settings

NOW = 1_800_000_000


@pytest.fixture
def clock() -> list[int]:
    """The time; change its only element."""
    return [NOW]


@pytest.fixture
def call_seconds() -> float:
    """How long a call may take; parametrise it where something else is to be seen than its end."""
    return 0.5


@pytest.fixture
def chain(clock: list[int], call_seconds: float) -> Iterator[Chain]:
    settings = Settings(max_logs=50, max_log_range=200, call_seconds=call_seconds)
    made = Chain(None, settings, clock=lambda: clock[0])
    yield made
    made.close()


@pytest.fixture
def rpc(chain: Chain) -> Callable[..., Any]:
    dispatcher = Dispatcher(chain)
    return lambda method, *params: dispatcher.perform(method, list(params))


@pytest.fixture
def send(rpc: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Send from a development account and return the receipt."""

    def go(to: str | None = None, data: str = "0x", sender: int = 0, **more: str) -> dict[str, Any]:
        request = {"from": DEVELOPMENT_ACCOUNTS[sender].address, "data": data, **more}
        if to is not None:
            request["to"] = to
        receipt: dict[str, Any] = rpc("eth_getTransactionReceipt", rpc("eth_sendTransaction", request))
        return receipt

    return go


@pytest.fixture
def deploy(send: Callable[..., dict[str, Any]]) -> Callable[[str], str]:
    """Create a contract whose code is the hex given; returns its address."""

    def go(runtime: str) -> str:
        size = len(runtime) // 2
        receipt = send(None, f"0x61{size:04x}600e60003961{size:04x}6000f3{runtime}")
        assert receipt["status"] == "0x1"
        address: str = receipt["contractAddress"]
        return address

    return go
