"""Change listings: by the owner's own transaction, or by anyone's with the owner's signature."""

import time
from typing import Final

from ocn.chain.client import ChainClient
from ocn.chain.contract import Contract
from ocn.chain.transactions import Sender
from ocn.chain.values import Receipt
from ocn.registry.calls import Change, Target
from ocn.registry.reading import PERMISSIONS, REGISTRY
from ocn.registry.signatures import packed_digest, typed_digest
from ocn.signing.keys import PrivateKey

_CONTRACTS: Final[dict[Target, Contract]] = {Target.REGISTRY: REGISTRY, Target.PERMISSIONS: PERMISSIONS}
DEADLINE_S: Final = 600
"""How long a typed signature made here holds."""


class RegistryWriter:
    """Sends changes (:mod:`ocn.registry.calls`) from one account.

    Every method returns the receipt of a transaction that succeeded, and may raise what
    :meth:`ocn.chain.transactions.Sender.send` does.
    """

    def __init__(self, sender: Sender, registry: str, permissions: str) -> None:
        self._sender = sender
        self._addresses = {Target.REGISTRY: registry, Target.PERMISSIONS: permissions}

    @property
    def _chain(self) -> ChainClient:
        return self._sender.chain

    async def send(self, change: Change) -> Receipt:
        """Make a change of the sender's own listing."""
        return await self._call(change, change.function, *change.arguments)

    async def send_raw(self, change: Change, owner: PrivateKey) -> Receipt:
        """Make a change for its owner, by the signature that existing contracts take.

        Whoever sees such a signature can use it again, on any chain. Prefer :meth:`send_typed` where the
        contract has it.
        """
        lead = (owner.address.lower(),) if change.raw_lead else ()
        signature = owner.sign_digest(packed_digest(change, owner.address))
        return await self._call(change, f"{change.function}Raw", *lead, *change.arguments, *_vrs(signature))

    async def send_typed(self, change: Change, owner: PrivateKey, *, deadline: int | None = None) -> Receipt:
        """Make a change for its owner, by a signature that serves once, here, until a deadline in Unix time.

        Raises:
            ChainReverted: also where the contract is an original one, which has no such call.
        """
        until = await self._deadline() if deadline is None else deadline
        signature = owner.sign_digest(await self._typed_digest(change, owner.address, until))
        arguments = (owner.address.lower(), *change.arguments, until, *_vrs(signature))
        return await self._call(change, f"{change.function}BySig", *arguments)

    async def _deadline(self) -> int:
        """Count from the later of both clocks: the chain compares with its own."""
        head = await self._chain.block("latest")
        return max(int(time.time()), 0 if head is None else head.timestamp) + DEADLINE_S

    async def _typed_digest(self, change: Change, owner: str, deadline: int) -> bytes:
        contract = self._addresses[change.target]
        nonces = _CONTRACTS[change.target]["nonces"]
        (nonce,) = nonces.decode(await self._chain.call_contract(contract, nonces.encode(owner.lower())))
        return typed_digest(
            change,
            owner,
            nonce=nonce,
            deadline=deadline,
            chain_id=await self._chain.chain_id(),
            contract=contract,
        )

    async def _call(self, change: Change, function: str, *arguments: object) -> Receipt:
        data = _CONTRACTS[change.target][function].encode(*arguments)
        return await self._sender.send(self._addresses[change.target], data)


def _vrs(signature: bytes) -> tuple[int, bytes, bytes]:
    return signature[64], signature[:32], signature[32:64]
