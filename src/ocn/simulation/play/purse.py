"""What a party of the local network settles with: keys and money on its chain, and a memory on disk."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from ocn.chain.following import IndexSettings
from ocn.chain.transactions import Sender
from ocn.ocpi.party_id import PartyId
from ocn.party.sending.client import Client
from ocn.party.storage.port import PartyStorage
from ocn.settlement import (
    Currency,
    GivenReferences,
    House,
    Payee,
    Payer,
    PayerPolicy,
    RelayedObjects,
    Settlement,
    SettlePolicy,
    Side,
    TariffEngine,
    Terms,
    TermsBounds,
    Tick,
    open_store,
)
from ocn.settlement.chain_side import ChainSide, chain_side
from ocn.settlement.chargers import OwnCommands
from ocn.settlement.keeper import KeeperSettings
from ocn.settlement.keeper.outbox import OutboxSettings
from ocn.settlement.lanes import calls, erc20
from ocn.settlement.store import Store
from ocn.signing.keys import PrivateKey
from ocn.simulation.cpo.commands import CpoCommands
from ocn.simulation.network.files import CHAIN
from ocn.simulation.network.network import LocalNetwork
from ocn.simulation.network.party_files import PartyFiles

CURRENCY = "EUR"
DECIMALS = 6
EUR = 10**DECIMALS
ACCEPTED = ("ROUNDING_TOTAL",)
"""By what a CDR may differ between parties of the local network."""
_RESERVE = 20 * EUR
_CREDIT = 5 * EUR
_SETTLE = SettlePolicy(threshold=100 * EUR)
_POLL_S = 0.1
# Blocks come with transactions, so none would ever lie on top of the newest.
_FOLLOWING = IndexSettings(confirmations=0, poll_s=_POLL_S, audit_sample=0)
_KEEPING = KeeperSettings(poll_s=_POLL_S, outbox=OutboxSettings(confirmations=0))


@dataclass(frozen=True, slots=True)
class Spending:
    """An eMSP's settlement, the storage through which it must be told, and who gives drivers a reference."""

    settlement: Settlement
    storage: PartyStorage
    references: GivenReferences


@dataclass(frozen=True, slots=True)
class Purse:
    """One party's. Its key is that of the registry, of its vault and of its vouchers."""

    own: PartyId
    key: PrivateKey = field(repr=False)
    chain: ChainSide
    store: Store
    network: LocalNetwork

    @property
    def token(self) -> str:
        """The test euro."""
        return CHAIN.tokens[CURRENCY]

    def payer(self) -> Callable[[PartyStorage], Spending]:
        """Return what makes an eMSP's settlement, given where it keeps what it is told by OCPI."""

        def make(storage: PartyStorage) -> Spending:
            relayed, references = RelayedObjects(storage), GivenReferences(storage)
            payer = Payer(
                relayed,
                TariffEngine(),
                drivers=references,
                # Simulated meters run fast, so what they say is of a time to come.
                policy=PayerPolicy(clock_skew=None),
                settle=_SETTLE,
            )
            settlement = Settlement(self._house(), payer=payer, housekeeping_s=_POLL_S)
            return Spending(settlement, relayed, references)

        return make

    def payee(self) -> Callable[[CpoCommands, Callable[[], Client]], Settlement]:
        """Return what makes a CPO's settlement, given what holds and stops sessions."""

        def make(commands: CpoCommands, client: Callable[[], Client]) -> Settlement:
            payee = Payee(OwnCommands(self.own, commands, commands, client), _SETTLE)
            return Settlement(self._house(), payee=payee, housekeeping_s=_POLL_S)

        return make

    @property
    def side(self) -> Side:
        """This party in terms."""
        return Side(self.own, self.key.address, self.key.address, self.key.address)

    def terms_with(self, payer: "Purse") -> Terms:
        """Return the terms that a CPO of the local network proposes to an eMSP."""
        return Terms(
            payer=payer.side,
            payee=self.side,
            chain_id=CHAIN.chain_id,
            contract=self.chain.contract,
            token=self.token,
            decimals=DECIMALS,
            currency=CURRENCY,
            tick=Tick(wh=1000, s=2),
            grace_s=20,
            reserve=_RESERVE,
            unsecured=_CREDIT,
            accepted_causes=ACCEPTED,
        )

    async def pay_in(self, amount: int) -> None:
        """Get test euros, which anybody may, and put them into the vault."""
        own, sender = self.key.address, Sender(self.network.chain, self.key)
        await sender.send(self.token, erc20.MINT.encode(own.lower(), amount))
        await sender.send(self.token, erc20.APPROVE.encode(self.chain.contract.lower(), amount))
        await sender.send(self.chain.contract, calls.deposit(own, self.token, amount))
        await self.chain.index.caught_up()

    def _house(self) -> House:
        currency = Currency(CHAIN.chain_id, self.chain.contract, self.token, DECIMALS)
        address = self.key.address
        bounds = TermsBounds(
            vault=address,
            signer=address,
            currencies={CURRENCY: currency},
            most_reserve=_RESERVE,
            least_reserve=_RESERVE,
            most_unsecured=_CREDIT,
            accepted_causes=frozenset(ACCEPTED),
        )
        side = self.chain
        return House(
            self.own, self.key, bounds, self.store, side.ledger, side.keeper, keys=self.network.signatories
        )


@asynccontextmanager
async def open_purse(network: LocalNetwork, own: PartyId, files: PartyFiles) -> AsyncIterator[Purse]:
    """Open a party's purse in its directory for the length of a block."""
    there = replace(CHAIN, rpc_url=network.chain_url)
    side = chain_side(
        network.chain, there, files.key, folder=files.directory, following=_FOLLOWING, keeping=_KEEPING
    )
    async with side as chain:
        store = await open_store(f"sqlite:///{files.directory / 'settlement.sqlite'}")
        try:
            yield Purse(own, files.key, chain, store, network)
        finally:
            await store.close()
