"""The interface of the contract, as it is shipped."""

from typing import Final

from ocn.chain.artifacts import load
from ocn.chain.contract import Contract

LANES: Final = Contract(load("Lanes").abi)
EIP712_NAME: Final = "OCN Lanes"
"""What its signatures are bound to, beside chain and address."""
MOST_ITEMS: Final = 100
"""Of one claim."""
