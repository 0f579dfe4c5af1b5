"""Contracts that Lanes may meet: wallets and tokens of every kind, compiled when a test asks for them."""

import functools
from pathlib import Path
from typing import Any

from contracts.build import compiled
from contracts.tests.contract import Contract
from contracts.tests.evm import Evm
from contracts.tests.people import Person
from eth_abi.abi import encode

_SOURCES = Path(__file__).parent / "counterparts"


@functools.cache
def compiled_counterpart(name: str) -> tuple[list[dict[str, Any]], bytes]:
    """ABI and creation code."""
    output, _ = compiled(_SOURCES, f"{name}.vy")
    return output["abi"], bytes.fromhex(output["bytecode"][2:])


def deployed(evm: Evm, name: str, *addresses: Person) -> Contract:
    """``addresses`` are the constructor's arguments."""
    abi, code = compiled_counterpart(name)
    arguments = encode(["address"] * len(addresses), [person.address for person in addresses])
    return Contract(evm, abi, evm.send("0x" + "11" * 20, None, code + arguments).created)
