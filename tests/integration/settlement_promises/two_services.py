"""Two parties that are CPO and eMSP, with their views of one chain."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS
from ocn.chain.following import IndexSettings
from ocn.ocpi.party_id import PartyId
from ocn.party import Party
from ocn.settlement import (
    Payee,
    Settlement,
    Side,
    Terms,
    Tick,
)
from ocn.settlement.chain_side import ChainSide
from ocn.settlement.keeper import KeeperSettings
from ocn.settlement.keeper.outbox import OutboxSettings
from ocn.signing.keys import PrivateKey

ONE, TWO = PartyId("DE", "ONE"), PartyId("NL", "TWO")
KEYS = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
ARBITER = KEYS[4].address
FOLLOWING = IndexSettings(confirmations=0, poll_s=0.02, audit_sample=0)
KEEPING = KeeperSettings(poll_s=0.02, outbox=OutboxSettings(confirmations=0))


class NoChargers:
    """Nobody charges here."""

    async def hold(self, session_id: str, payer: PartyId, why: str) -> None:
        raise AssertionError(f"{session_id} is told something: {why}")

    resume = stop = hold


@dataclass
class Member:
    """A party that is CPO and eMSP, with its view of the chain."""

    party: Party
    settlement: Settlement
    collect: Payee
    chain: ChainSide

    @property
    def side(self) -> Side:
        key = self.settlement.house.key.address
        return Side(self.settlement.house.own, key, key, key)


@dataclass
class Two:
    one: Member
    two: Member

    def terms(self, payer: Member, payee: Member, **changes: Any) -> Terms:
        chain = payer.chain
        return Terms(
            payer=payer.side,
            payee=payee.side,
            chain_id=chain.network.chain_id,
            contract=chain.contract,
            token=chain.network.tokens["EUR"],
            decimals=6,
            currency="EUR",
            tick=Tick(500, 10),
            grace_s=20,
            reserve=0,
            unsecured=100,
            **changes,
        )


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await look():
            await asyncio.sleep(0.02)
