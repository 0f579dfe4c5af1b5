"""Put both contracts on a chain."""

from dataclasses import dataclass

from ocn.chain.artifacts import load
from ocn.chain.contract import Contract
from ocn.chain.transactions import Sender


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


def _creation(name: str, *arguments: object) -> bytes:
    artifact = load(name)
    return Contract(artifact.abi).deployment(artifact.bytecode, *arguments)
