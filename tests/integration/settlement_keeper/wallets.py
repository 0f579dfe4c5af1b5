"""A contract wallet with money in Lanes, and what it can be told to do; on whatever chain."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from contracts.tests.counterparts import compiled_counterpart
from eth_abi.abi import encode

from ocn.chain.contract import Contract
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.lanes import calls, erc20
from ocn.signing.keys import PrivateKey

HONEST, LYING, DENYING, BURNING, REFUSING, WORDY, SHORT, NOISY, WRITING, COSTLY = range(10)
MONEY: Final = 500

Send = Callable[[str, bytes], Awaitable[object]]


@dataclass
class Wallet:
    """Owned by a key whose 65-byte signatures it stands by, while it is honest. ``send`` is the owner's."""

    address: str
    owner: PrivateKey
    send: Send

    def voucher(self, lane: Lane, cumulative: int, *, signer: PrivateKey | None = None) -> WalletVoucher:
        """Sign for the wallet on its lane to the payee of another one."""
        there = Lane(lane.chain_id, lane.contract, lane.token, self.address, lane.payee)
        bare = WalletVoucher(there, cumulative, bytes(32), b"")
        signature = (signer or self.owner).sign_digest(bare.digest)
        return WalletVoucher(there, cumulative, bytes(32), signature)

    async def behave(self, mode: int) -> None:
        """Change its mind."""
        await self.send(self.address, _contract()["behave"].encode(mode))


async def fund(wallet: Wallet, lane: Lane) -> None:
    """Give a wallet free money, out of the owner's pocket."""
    own = wallet.owner.address.lower()
    await wallet.send(lane.token, erc20.MINT.encode(own, MONEY))
    await wallet.send(lane.token, erc20.APPROVE.encode(lane.contract.lower(), MONEY))
    await wallet.send(lane.contract, calls.deposit(wallet.address, lane.token, MONEY))


def creation(owner: PrivateKey) -> bytes:
    """Return what deploys a wallet of this owner."""
    _, code = compiled_counterpart("Wallet")
    return code + encode(["address"], [owner.address])


def _contract() -> Contract:
    abi, _ = compiled_counterpart("Wallet")
    return Contract(abi)
