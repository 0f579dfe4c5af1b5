"""What only the owner of the Registry contract may do."""

from ocn.chain.transactions import Sender
from ocn.chain.values import ZERO_ADDRESS, Receipt
from ocn.ocpi.party_id import PartyId
from ocn.registry.reading import REGISTRY
from ocn.signing.addresses import address_bytes, checksummed


class RegistryAdministration:
    """Sends the owner's calls; they raise what :meth:`ocn.chain.transactions.Sender.send` does."""

    def __init__(self, sender: Sender, registry: str) -> None:
        self._sender = sender
        self._registry = registry

    async def owner(self) -> str | None:
        """Return who owns the contract; None when the ownership was given up."""
        function = REGISTRY["owner"]
        (owner,) = function.decode(await self._sender.chain.call_contract(self._registry, function.encode()))
        return None if owner == ZERO_ADDRESS else checksummed(address_bytes(owner))

    async def delete_node(self, operator: str) -> Receipt:
        """Take an operator's node off the list."""
        return await self._send("adminDeleteOperator", operator.lower())

    async def delete_party(self, party: PartyId) -> Receipt:
        """Take the party with these ids off the list."""
        ids = party.key.encode("ascii")
        return await self._send("adminDeleteParty", ids[:2], ids[2:])

    async def transfer_ownership(self, to: str) -> Receipt:
        """Make another account the owner."""
        return await self._send("transferOwnership", to.lower())

    async def renounce_ownership(self) -> Receipt:
        """Give the ownership up, for good: nobody can use these calls any more."""
        return await self._send("renounceOwnership")

    async def _send(self, function: str, *arguments: object) -> Receipt:
        return await self._sender.send(self._registry, REGISTRY[function].encode(*arguments))
