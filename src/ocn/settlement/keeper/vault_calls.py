"""Calls in the name of a vault: sent by it, or by the keeper's account with its signature."""

from typing import Final

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainUnavailable
from ocn.settlement.errors import NoVaultKey
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

    async def by_vault(self, call: PartyCall) -> bytes:
        """Return what only the vault may do, as it is sent.

        Raises:
            NoVaultKey: neither key is the vault's.
            ChainError: the chain was to be asked, and does not answer.
        """
        if call.party == self._key.address:
            return call.data
        if self._vault_key is None or self._vault_key.address != call.party:
            raise NoVaultKey(
                f"only the key of the vault {call.party} may {call.words}, and the keeper does not have it",
                hint="Do it by hand: ocn settlement --help.",
            )
        return await self._signed(call, self._vault_key)

    async def by_any_key(self, call: PartyCall) -> bytes:
        """Return what a hot key of the vault may do as well.

        Raises:
            ChainError: the chain was to be asked, and does not answer.
        """
        try:
            return await self.by_vault(call)
        except NoVaultKey:
            return await self._signed(call, self._key)

    async def _signed(self, call: PartyCall, key: PrivateKey) -> bytes:
        """Sign a call of the vault's. It serves once: the vault's signatures are counted."""
        head = await self._chain.block("latest")
        if head is None:
            raise ChainUnavailable("the chain endpoint has no newest block")
        return call.by_signature(
            key,
            nonce=await self._reader.nonce(call.party),
            deadline=head.timestamp + _SIGNATURE_S,
            chain_id=await self._chain.chain_id(),
            contract=self._contract,
        )
