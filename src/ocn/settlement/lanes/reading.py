"""Ask the contract directly: for the command line, and to compare the index with it."""

from dataclasses import dataclass
from typing import Any

from ocn.chain.client import At, ChainClient
from ocn.chain.values import ZERO_ADDRESS
from ocn.settlement.core.disputing import Bucket
from ocn.settlement.lanes.contract import LANES
from ocn.settlement.lanes.records import SignerRecord
from ocn.signing.addresses import address_bytes, checksummed


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a lane's payee can count on now; amounts in units.

    ``claimable`` is what a good voucher would get: reserve and the payer's free money. ``exit`` of the
    reserve may leave from ``exit_ready_at`` (Unix seconds) on.
    """

    claimable: int
    reserved: int
    free: int
    claimed: int
    exit: int
    exit_ready_at: int


class LanesReader:
    """What the contract says. Every method may raise the errors of :class:`ChainClient`."""

    def __init__(self, chain: ChainClient, contract: str) -> None:
        self._chain = chain
        self._contract = contract

    async def delay(self) -> int:
        """Return the time of notice in seconds: of a release, of leaving set-off, of removing a key."""
        (seconds,) = await self._ask("DELAY")
        return int(seconds)

    async def free(self, token: str, party: str, at: At = "latest") -> int:
        """Return a party's free money."""
        (amount,) = await self._ask("free", party.lower(), token.lower(), at=at)
        return int(amount)

    async def exposure(self, payer: str, payee: str, token: str, at: At = "latest") -> Exposure:
        """Return what a payee can count on."""
        return Exposure(*await self._ask("exposure", payer.lower(), payee.lower(), token.lower(), at=at))

    async def setoff(self, payee: str, peer: str, token: str, at: At = "latest") -> tuple[bool, int]:
        """Return whether the peer's payments become the payee's reserve for it, and when that may end."""
        enabled, leaves_at = await self._ask("setoff", payee.lower(), peer.lower(), token.lower(), at=at)
        return bool(enabled), int(leaves_at)

    async def signer(self, party: str, key: str, at: At = "latest") -> SignerRecord:
        """Return what a hot key may do."""
        return SignerRecord(*await self._ask("signer", party.lower(), key.lower(), at=at))

    async def hold_back(self, payer: str, payee: str, token: str, at: At = "latest") -> tuple[int, str]:
        """Return window in seconds and arbiter; 0 and nothing where payments are not held back."""
        window, arbiter, _ = await self._ask("holdBack", payer.lower(), payee.lower(), token.lower(), at=at)
        return int(window), "" if arbiter == ZERO_ADDRESS else checksummed(address_bytes(arbiter))

    async def collectable(self, payer: str, payee: str, token: str) -> int:
        """Return what was held back long enough."""
        *_, amount = await self._ask("holdBack", payer.lower(), payee.lower(), token.lower())
        return int(amount)

    async def buckets(self, payer: str, payee: str, token: str, now: int) -> list[Bucket]:
        """Return what can still be disputed at a moment (Unix seconds), the older part first."""
        window, _ = await self.hold_back(payer, payee, token)
        found = []
        for epoch in (now // window - 1, now // window) if window else ():
            lane = payer.lower(), payee.lower(), token.lower()
            amount, start, evidence = await self._ask("bucket", *lane, epoch)
            if amount:
                found.append(Bucket(epoch, int(amount), int(start), bytes(evidence), (epoch + 2) * window))
        return found

    async def disputed(self, payer: str, payee: str, token: str, leaf: bytes) -> tuple[int, int]:
        """Return what is frozen and when the arbiter's time ends; 0 with a time: it is resolved."""
        amount, timeout = await self._ask("disputed", payer.lower(), payee.lower(), token.lower(), leaf)
        return int(amount), int(timeout)

    async def nonce(self, party: str) -> int:
        """Return the number of the party's next signature for one of its calls."""
        (number,) = await self._ask("nonces", party.lower())
        return int(number)

    async def _ask(self, name: str, *arguments: object, at: At = "latest") -> tuple[Any, ...]:
        function = LANES[name]
        return function.decode(
            await self._chain.call_contract(self._contract, function.encode(*arguments), at=at)
        )
