"""What a transaction offers to pay per gas."""

from enum import StrEnum

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainRejected


class FeeStyle(StrEnum):
    """Which kind of transaction to send; AUTO asks the newest block whether it has a base fee."""

    AUTO = "auto"
    EIP1559 = "eip1559"
    LEGACY = "legacy"


async def fee_fields(chain: ChainClient, style: FeeStyle) -> dict[str, int]:
    """Return the fee fields of a transaction in wei.

    EIP-1559 offers twice the current base fee plus the suggested tip, so that it holds for six full blocks.
    """
    if style is not FeeStyle.LEGACY:
        head = await chain.block("latest")
        base_fee = None if head is None else head.base_fee
        if base_fee is not None or style is FeeStyle.EIP1559:
            tip = await _tip(chain)
            return {"maxFeePerGas": 2 * (base_fee or 0) + tip, "maxPriorityFeePerGas": tip}
    return {"gasPrice": await chain.gas_price()}


async def _tip(chain: ChainClient) -> int:
    try:
        return await chain.priority_fee()
    except ChainRejected:  # an endpoint without the call
        return await chain.gas_price()
