"""The calls of a token that settlement needs (ERC-20), and that of a test token."""

from typing import Final

from ocn.chain.contract import Function, selector


def _function(name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Function:
    return Function(name, inputs, outputs, selector(name, inputs))


DECIMALS: Final = _function("decimals", (), ("uint8",))
SYMBOL: Final = _function("symbol", (), ("string",))
BALANCE_OF: Final = _function("balanceOf", ("address",), ("uint256",))
ALLOWANCE: Final = _function("allowance", ("address", "address"), ("uint256",))
APPROVE: Final = _function("approve", ("address", "uint256"), ("bool",))
MINT: Final = _function("mint", ("address", "uint256"), ())
"""Of the test tokens of the embedded chain alone."""
