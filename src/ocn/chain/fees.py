"""What a transaction offers to pay per gas."""

from dataclasses import dataclass
from enum import StrEnum

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainRejected


class FeeStyle(StrEnum):
    """Which kind of transaction to send; AUTO asks the newest block whether it has a base fee."""

    AUTO = "auto"
    EIP1559 = "eip1559"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class Fee:
    """An offer in wei per gas: at most ``most``, of which the block's author gets ``tip`` (None: legacy)."""

    most: int
    tip: int | None = None

    @property
    def fields(self) -> dict[str, int]:
        """As a transaction names it."""
        if self.tip is None:
            return {"gasPrice": self.most}
        return {"maxFeePerGas": self.most, "maxPriorityFeePerGas": self.tip}

    @property
    def replacing(self) -> "Fee":
        """The least offer that chains take instead of this one: an eighth more of both (most ask a tenth)."""
        return Fee(_an_eighth_more(self.most), None if self.tip is None else _an_eighth_more(self.tip))

    def at_least(self, other: "Fee") -> "Fee":
        """Return the higher of both offers, in this one's kind."""
        tip = None if self.tip is None else max(self.tip, other.tip or 0)
        return Fee(max(self.most, other.most, tip or 0), tip)

    def bounded(self, cap: int) -> "Fee":
        """Return an offer that never exceeds the cap."""
        return Fee(min(self.most, cap), None if self.tip is None else min(self.tip, cap))


async def suggested_fee(chain: ChainClient, style: FeeStyle) -> Fee:
    """Return what to offer now.

    EIP-1559 offers twice the current base fee plus the suggested tip, so that it holds for six full blocks.
    """
    if style is not FeeStyle.LEGACY:
        head = await chain.block("latest")
        base_fee = None if head is None else head.base_fee
        if base_fee is not None or style is FeeStyle.EIP1559:
            tip = await _tip(chain)
            return Fee(2 * (base_fee or 0) + tip, tip)
    return Fee(await chain.gas_price())


async def _tip(chain: ChainClient) -> int:
    try:
        return await chain.priority_fee()
    except ChainRejected:  # an endpoint without the call
        return await chain.gas_price()


def _an_eighth_more(wei: int) -> int:
    return wei + wei // 8 + 1
