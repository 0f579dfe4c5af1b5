"""One settlement command's connection: tokens and amounts, what is there, and transactions."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ocn.chain.client import ChainClient
from ocn.chain.following import IndexSettings
from ocn.chain.networks import Network, built_in
from ocn.chain.transactions import Sender
from ocn.chain.values import Receipt
from ocn.cli.accounts import account
from ocn.errors import ConfigurationError
from ocn.settlement.core.amounts import shown, units_from_text
from ocn.settlement.core.lane import Lane
from ocn.settlement.errors import AmountInvalid
from ocn.settlement.lanes import LaneIndex, LaneSource
from ocn.settlement.lanes.erc20 import APPROVE
from ocn.settlement.lanes.reading import LanesReader
from ocn.settlement.lanes.tokens import Token, Tokens
from ocn.signing.keys import PrivateKey


class Session:
    """One command's connection."""

    def __init__(
        self,
        network: Network,
        contract: str,
        index_file: Path | None,
        chain: ChainClient,
        key: PrivateKey | None,
        tell: Callable[[str], None],
    ) -> None:
        self._network = network
        self.contract = contract
        self._index_file = index_file
        self._chain = chain
        self._key = key
        self._tell = tell
        self.tokens = Tokens(chain)
        self.reader = LanesReader(chain, contract)

    async def require_network(self) -> None:
        """Refuse an endpoint of another chain, or one without the contract.

        Raises:
            ConfigurationError: it is one.
        """
        network = self._network
        found = await self._chain.chain_id()
        if found != network.chain_id:
            raise ConfigurationError(
                f"{network.rpc_url} is chain {found}, and the network {network.name} is chain"
                f" {network.chain_id}",
                hint="Choose the network with --network, or give its file with --network-file.",
            )
        if not await self._chain.code(self.contract):
            raise ConfigurationError(
                f"there is no contract at {self.contract} on {network.name}",
                hint="Is this the address of Lanes? Give it with --lanes or in the network file.",
            )

    @property
    def vault(self) -> str:
        """Whose key it is."""
        return self._signer.address

    def lane(self, payer: str, payee: str, token: str) -> Lane:
        """Name a lane of this contract."""
        return Lane(self._network.chain_id, self.contract, token, payer, payee)

    def has(self, lane: Lane) -> bool:
        """Whether a lane is one of this contract, on this chain."""
        return lane == self.lane(lane.payer, lane.payee, lane.token)

    async def token(self, name: str) -> Token:
        """Find a token by its name on the network, or its address.

        Raises:
            ConfigurationError: there is none of that name.
            TokenUnusable: what is at the address is no usable token.
        """
        known = self._network.tokens
        address = known.get(name) or known.get(name.upper())
        if address is None and not name.lower().startswith("0x"):
            names = ", ".join(known) or "none"
            raise ConfigurationError(
                f"no token {name} is known on {self._network.name}",
                hint=f"Known: {names}. Give the address of another.",
            )
        return await self.tokens.token(address or account(name))

    async def chosen_tokens(self, name: str | None) -> list[Token]:
        """Return one token, or those of the network: anybody can put any other into anybody's vault."""
        if name is not None:
            return [await self.token(name)]
        return [await self.tokens.token(address) for address in self._network.tokens.values()]

    async def amount(self, text: str, name: str) -> tuple[Token, int]:
        """Read a token and an amount of it in whole units.

        Raises:
            AmountInvalid: no amount, more decimals than the token has, zero, or out of bounds.
        """
        token = await self.token(name)
        return token, self.units(text, token)

    def units(self, text: str, token: Token) -> int:
        """Read an amount in whole units; see :meth:`amount`."""
        units = units_from_text(text, token.decimals)
        if units == 0:
            raise AmountInvalid("the amount is zero")
        return units

    def shown(self, units: int, token: Token) -> str:
        """Write an amount in whole units."""
        return shown(units, token.decimals)

    async def require_in_wallet(self, token: Token, units: int) -> None:
        """Refuse what the signer's wallet does not have.

        Raises:
            AmountInvalid: it has less.
        """
        there = await self.tokens.balance(token.address, self.vault)
        _require(there, units, token, f"in the wallet {self.vault}")

    async def require_free(self, token: Token, units: int) -> None:
        """Refuse what is not free in the signer's vault.

        Raises:
            AmountInvalid: less is.
        """
        there = await self.reader.free(token.address, self.vault)
        _require(there, units, token, f"free in the vault {self.vault}")

    def require_local(self) -> None:
        """Refuse any chain but that of a local network.

        Raises:
            ConfigurationError: it is another.
        """
        if self._network.chain_id != built_in("local").chain_id:
            raise ConfigurationError("money can be made on a local network only")

    async def free_of(self, vault: str, token: Token) -> dict[str, Any]:
        """Return what is free in a vault, to be shown."""
        free = await self.reader.free(token.address, vault)
        return {"token": token.symbol, "free": self.shown(free, token)}

    async def now(self) -> int:
        """Return the chain's time in Unix seconds, or the clock's where no block came for a while."""
        head = await self._chain.block("latest")
        return max(int(time.time()), 0 if head is None else head.timestamp)

    async def index(self) -> LaneIndex:
        """Read every lane there is, to the newest block."""
        self._tell("reading the chain")
        index = LaneIndex(
            self._chain,
            LaneSource(self.contract, self._network.first_block),
            path=self._index_file,
            settings=IndexSettings(audit_sample=0),
        )
        await index.read_once()
        return index

    async def allow(self, token: Token, units: int) -> list[Receipt]:
        """Let the contract take so much of the signer's wallet, if it may not yet."""
        allowed = await self.tokens.allowance(token.address, self.vault, self.contract)
        if allowed >= units:
            return []
        limits = [0, units] if allowed else [units]  # some tokens let it be set from zero only
        return [
            await self.send(
                "allow the deposit", APPROVE.encode(self.contract.lower(), limit), to=token.address
            )
            for limit in limits
        ]

    async def is_contract(self, account: str) -> bool:
        """Whether there is code at an address."""
        return bool(await self._chain.code(account))

    async def gas_of(self, data: bytes) -> int:
        """Return what a call of the contract would use now, sent by the signer.

        Raises:
            ChainReverted: the contract would refuse it.
        """
        return await self._chain.estimate_gas(self.vault, self.contract, data)

    def say(self, what: str) -> None:
        """Tell whoever waits."""
        self._tell(what)

    async def send(self, what: str, data: bytes, *, to: str | None = None) -> Receipt:
        """Send a transaction of the signer to the contract and wait for its block, saying so meanwhile."""
        self._tell(f"{what}: asking the chain")
        sender = Sender(
            self._chain,
            self._signer,
            on_sent=lambda sent: self._tell(f"{what}: transaction {sent} waits for a block"),
        )
        return await sender.send(to or self.contract, data)

    @property
    def key(self) -> PrivateKey:
        """The signer's, for what is signed and not sent."""
        return self._signer

    @property
    def _signer(self) -> PrivateKey:
        if self._key is None:
            raise ConfigurationError("this command has no key")
        return self._key


def _require(there: int, units: int, token: Token, where: str) -> None:
    if units > there:
        raise AmountInvalid(
            f"{shown(there, token.decimals)} {token.symbol} are {where}, not {shown(units, token.decimals)}"
        )
