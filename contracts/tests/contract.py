"""A deployed contract, spoken to by its ABI."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from contracts.tests.evm import Evm, Receipt
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

NOBODY = "0x" + "00" * 20
Event = tuple[str, dict[str, Any]]


def canonical(parameter: dict[str, Any]) -> str:
    """The type as it enters signatures: tuples spelled out."""
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    inner = ",".join(canonical(component) for component in parameter["components"])
    return f"({inner}){parameter['type'][5:]}"


def signature(entry: dict[str, Any]) -> str:
    return f"{entry['name']}({','.join(canonical(p) for p in entry['inputs'])})"


class Contract:
    """``send`` is a transaction and lasts, ``read`` is a call and does not."""

    def __init__(self, evm: Evm, abi: Sequence[dict[str, Any]], address: str) -> None:
        self.evm = evm
        self.address = address
        self._functions = {entry["name"]: entry for entry in abi if entry["type"] == "function"}
        self._events = {keccak(text=signature(e)): e for e in abi if e["type"] == "event"}

    @property
    def names(self) -> set[str]:
        """Of all functions."""
        return set(self._functions)

    def on(self, evm: Evm) -> "Contract":
        """The same contract on another chain."""
        twin = copy(self)
        twin.evm = evm
        return twin

    def send(self, sender: str, function: str, *arguments: Any) -> Receipt:
        return self.evm.send(sender, self.address, self.encode(function, *arguments))

    def read(self, function: str, *arguments: Any, sender: str = NOBODY) -> Any:
        output = self.evm.call(sender, self.address, self.encode(function, *arguments))
        values = decode([canonical(p) for p in self._functions[function]["outputs"]], output)
        return values[0] if len(values) == 1 else values

    def encode(self, function: str, *arguments: Any) -> bytes:
        entry = self._functions[function]
        return keccak(text=signature(entry))[:4] + encode([canonical(p) for p in entry["inputs"]], arguments)

    def events(self, receipt: Receipt) -> list[Event]:
        """Name and arguments of the events this contract logged, in order."""
        return [self._event(log.topics, log.data) for log in receipt.logs if log.address == self.address]

    def _event(self, topics: tuple[bytes, ...], data: bytes) -> Event:
        entry = self._events[topics[0]]
        indexed = [p for p in entry["inputs"] if p["indexed"]]
        plain = [p for p in entry["inputs"] if not p["indexed"]]
        values: dict[str, Any] = {
            p["name"]: decode([canonical(p)], topic)[0] for p, topic in zip(indexed, topics[1:], strict=True)
        }
        values |= zip([p["name"] for p in plain], decode([canonical(p) for p in plain], data), strict=True)
        return str(entry["name"]), values
