"""A contract's interface: calls and results to bytes and back, from its ABI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError

from ocn.chain.errors import ChainError
from ocn.signing.hashes import keccak256


@dataclass(frozen=True, slots=True)
class Function:
    """One function: name, ABI types of what goes in and out, and the four bytes that select it."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    selector: bytes

    @property
    def signature(self) -> str:
        """The name with its argument types, as the selector hashes it."""
        return f"{self.name}({','.join(self.inputs)})"

    def encode(self, *arguments: object) -> bytes:
        """Return the calldata.

        Raises:
            ChainError: an argument does not fit its type.
        """
        try:
            return self.selector + encode(self.inputs, arguments)
        except (EncodingError, TypeError, ValueError, OverflowError) as error:
            raise ChainError(f"cannot call {self.signature}: {error}") from error

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """Return the results by position (compilers differ in naming them).

        Raises:
            ChainError: the data is something else, often because no such contract is at the address.
        """
        try:
            return decode(self.outputs, data)
        except (DecodingError, OverflowError) as error:
            raise ChainError(
                f"the result of {self.signature} cannot be read",
                hint="Is this contract deployed at the configured address?",
            ) from error


class Contract:
    """The functions of an ABI by name. Overloads are refused: the contracts here have none."""

    def __init__(self, abi: Sequence[Mapping[str, Any]]) -> None:
        self._functions: dict[str, Function] = {}
        self.constructor_inputs: tuple[str, ...] = ()
        for entry in abi:
            inputs = tuple(abi_type(item) for item in entry.get("inputs", ()))
            if entry["type"] == "constructor":
                self.constructor_inputs = inputs
            if entry["type"] != "function":
                continue
            name = entry["name"]
            if name in self._functions:
                raise ValueError(f"{name} is overloaded")
            outputs = tuple(abi_type(item) for item in entry.get("outputs", ()))
            self._functions[name] = Function(name, inputs, outputs, selector(name, inputs))

    def __getitem__(self, name: str) -> Function:
        return self._functions[name]

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def deployment(self, bytecode: bytes, *arguments: object) -> bytes:
        """Return the data of the transaction that creates the contract."""
        return bytecode + encode(self.constructor_inputs, arguments)


def selector(name: str, inputs: Sequence[str]) -> bytes:
    """Return the first four bytes of the signature's hash."""
    return keccak256(f"{name}({','.join(inputs)})".encode())[:4]


def topic(signature: str) -> bytes:
    """Return the first topic of an event's logs."""
    return keccak256(signature.encode())


def abi_type(item: Mapping[str, Any]) -> str:
    """Return the canonical type of an ABI parameter; a struct becomes the tuple of its members."""
    kind = str(item["type"])
    if not kind.startswith("tuple"):
        return kind
    members = ",".join(abi_type(member) for member in item["components"])
    return f"({members}){kind.removeprefix('tuple')}"
