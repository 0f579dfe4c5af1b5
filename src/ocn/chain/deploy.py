"""Put contracts on a chain."""

from dataclasses import dataclass
from typing import Final

from ocn.chain.artifacts import ContractName, load
from ocn.chain.contract import Contract
from ocn.chain.transactions import Sender

LOCAL_NOTICE_S: Final = 60
"""How long a release takes on a local network, where nobody wants to wait for the day it takes elsewhere."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the contracts are; ``first_block`` is the block of the first one."""

    registry: str
    permissions: str
    first_block: int


async def deploy(sender: Sender) -> Deployment:
    """Deploy Registry, owned by the sender, and Permissions, bound to it.

    Raises:
        ChainError: any failure of the chain; what was deployed before it stays there.
    """
    registry, receipt = await sender.create(_creation("Registry"))
    permissions, _ = await sender.create(_creation("Permissions", registry))
    return Deployment(registry, permissions, receipt.block_number)


async def deploy_lanes(sender: Sender, notice_s: int) -> tuple[str, int]:
    """Deploy Lanes, which nobody owns, and return its address and block.

    Raises:
        ChainError: any failure of the chain.
    """
    lanes, receipt = await sender.create(_creation("Lanes", notice_s))
    return lanes, receipt.block_number


def local_settlement() -> tuple[bytes, ...]:
    """Return what creates Lanes and the test tokens of a local network, in the order of their addresses.

    For embedded chains alone: anybody may make as much of a test token as it likes.
    """
    return (
        _creation("Lanes", LOCAL_NOTICE_S),
        _creation("TestToken", "Test euro", "EUR", 6),
        _creation("TestToken", "Test franc", "CHF", 18),
    )


def _creation(name: ContractName, *arguments: object) -> bytes:
    artifact = load(name)
    return Contract(artifact.abi).deployment(artifact.bytecode, *arguments)
