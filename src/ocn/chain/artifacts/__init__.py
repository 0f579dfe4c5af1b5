"""The compiled contracts, as they are deployed.

What lives here: one JSON file a contract, written by ``contracts/build.py``. A contract's name enters, an
:class:`Artifact` leaves. This room knows no chain, no address and no compiler: a test compiles the sources
again and compares.
"""

import functools
import importlib.resources
import json
from dataclasses import dataclass, field
from typing import Any, Literal

ContractName = Literal["Registry", "Permissions", "Lanes", "TestToken"]


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract.

    ``bytecode`` is the creation code; the encoded constructor arguments follow it in the transaction.
    ``deployed_bytecode`` is the code on chain except for what deployment appends: the values of immutables.
    """

    name: str
    abi: list[dict[str, Any]] = field(repr=False)
    bytecode: bytes = field(repr=False)
    deployed_bytecode: bytes = field(repr=False)
    source_sha256: str
    compiler: str
    evm_version: str

    def function(self, name: str) -> dict[str, Any]:
        """The ABI entry of a function; :class:`KeyError` if there is none. No name is overloaded."""
        return self._entry("function", name)

    def event(self, name: str) -> dict[str, Any]:
        """The ABI entry of an event; :class:`KeyError` if there is none."""
        return self._entry("event", name)

    def _entry(self, kind: str, name: str) -> dict[str, Any]:
        for entry in self.abi:
            if entry["type"] == kind and entry["name"] == name:
                return entry
        raise KeyError(f"{self.name} has no {kind} {name}")


@functools.cache
def load(name: ContractName) -> Artifact:
    """The artefact of that contract, read once from the installed package. Do not change its ``abi``."""
    content = importlib.resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    fields = json.loads(content)
    return Artifact(
        name=fields["contractName"],
        abi=fields["abi"],
        bytecode=bytes.fromhex(fields["bytecode"][2:]),
        deployed_bytecode=bytes.fromhex(fields["deployedBytecode"][2:]),
        source_sha256=fields["sourceSha256"],
        compiler=fields["compiler"],
        evm_version=fields["evmVersion"],
    )


__all__ = ["Artifact", "ContractName", "load"]
