"""The interface of the contract, as it is shipped."""

from typing import Final

from ocn.chain.artifacts import load
from ocn.chain.contract import Contract

LANES: Final = Contract(load("Lanes").abi)
MOST_ITEMS: Final = 100
"""Of one claim."""
