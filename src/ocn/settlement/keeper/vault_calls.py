"""Calls in the name of a vault: sent by it, or by the keeper's account with its signature."""

from typing import Final

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainUnavailable
from ocn.settlement.errors import NoVaultKey
from ocn.settlement.keeper.jobs import Call
from ocn.settlement.lanes.calls import PartyCall
from ocn.settlement.lanes.reading import LanesReader
from ocn.signing.keys import PrivateKey

_SIGNATURE_S: Final = 86_400


class VaultCalls:
    """``key`` is that of the account that sends; ``vault_key`` the vault's, where it is another."""

    def __init__(
        self, chain: ChainClient, contract: str, key: PrivateKey, vault_key: PrivateKey | None
    ) -> None:
        self._chain = chain
        self._contract = contract
        self._key = key
        self._vault_key = vault_key
        self._reader = LanesReader(chain, contract)

    def by_vault(self, name: str, call: PartyCall) -> Call:
        """Return, as a job, what only the vault may do.

        Raises:
            NoVaultKey: neither key is the vault's.
        """
        if call.party == self._key.address:
            return Call(name, call.data)
        if self._vault_key is None or self._vault_key.address != call.party:
            raise NoVaultKey(
                f"only the key of the vault {call.party} may {call.words}, and the keeper does not have it",
                hint="Do it by hand: ocn settlement --help.",
            )
        return Call(name, b"", call)

    def by_any_key(self, name: str, call: PartyCall) -> Call:
        """Return, as a job, what a hot key of the vault may do as well."""
        return Call(name, call.data) if call.party == self._key.address else Call(name, b"", call)

    async def signed(self, call: PartyCall) -> bytes:
        """Sign a call of a vault's just before it is sent, with the number of the vault's next signed call.

        Raises:
            ChainError: the chain does not answer.
        """
        head = await self._chain.block("latest")
        if head is None:
            raise ChainUnavailable("the chain endpoint has no newest block")
        vault_key = self._vault_key
        return call.by_signature(
            vault_key if vault_key is not None and vault_key.address == call.party else self._key,
            nonce=await self._reader.nonce(call.party),
            deadline=head.timestamp + _SIGNATURE_S,
            chain_id=await self._chain.chain_id(),
            contract=self._contract,
        )
