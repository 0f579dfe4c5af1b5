"""The play about money, and what it came to: sessions, transactions, and every unit that is anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.amounts import shown
from ocn.simulation.cpo.cpo import Pace
from ocn.simulation.play.cast import Cast
from ocn.simulation.play.play import Scene
from ocn.simulation.play.purse import CURRENCY, DECIMALS
from ocn.simulation.play.scenes import reading, settling
from ocn.simulation.play.scenes.settling_stage import SettlingStage
from ocn.simulation.play.traffic import Traffic

SETTLING_PACE = Pace(
    speed=300, report_every=timedelta(milliseconds=300), reaction=timedelta(milliseconds=100)
)
"""Five minutes of charging a second: about a kWh, and so about a voucher."""
SETTLING_SCENES: tuple[tuple[str, Scene[SettlingStage]], ...] = (
    ("locations, page by page", reading.locations),
    ("tariffs, page by page", reading.tariffs),
    ("terms, signed by both", settling.agree),
    ("START_SESSION without a reserve", settling.no_reserve),
    ("reserve on the chain", settling.reserve),
    ("session paid per tick", settling.paid_per_tick),
    ("CDR verified and paid", settling.paid_in_full),
    ("wrong CDR caught", settling.wrong_cdr),
    ("credit CDR, then the right one", settling.right_cdr),
    ("CDR credited after payment", settling.credited),
    ("set-off promised on the chain", settling.set_off),
    ("one transaction settles all", settling.one_transaction),
    ("books of both sides", settling.books),
)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a party has in the contract."""

    party: PartyId
    free: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Money:
    """What the play came to. ``held`` is what the contract itself has: just what the balances add up to."""

    stages: Sequence[SettlingStage]
    balances: Sequence[Balance]
    held: int

    @property
    def ok(self) -> bool:
        """Whether no unit is missing and none is too many."""
        return sum(balance.free + balance.reserved for balance in self.balances) == self.held

    def as_json(self) -> dict[str, Any]:
        """Amounts are whole units as text."""
        return {
            "currency": CURRENCY,
            "sessions": [
                {
                    "cpo": str(stage.cpo.id),
                    "id": each.session_id,
                    "kwh": str(each.kwh),
                    "price": str(each.price),
                    "paid": said(each.paid),
                    "vouchers": each.vouchers,
                    "credited": said(each.credited),
                    "gas": gas_of_one(stage),
                }
                for stage in self.stages
                for each in stage.sessions
            ],
            "transactions": [
                {
                    "cpo": str(stage.cpo.id),
                    "transaction": stage.settled.transaction,
                    "gas": stage.settled.gas,
                    "paid": said(stage.settled.paid),
                    "credited": said(stage.settled.credited),
                }
                for stage in self.stages
                if stage.settled is not None
            ],
            "balances": [
                {"party": str(each.party), "free": said(each.free), "reserved": said(each.reserved)}
                for each in self.balances
            ],
            "held_by_contract": said(self.held),
        }


def settling_stages(cast: Cast, traffic: Traffic) -> list[SettlingStage]:
    """Put every CPO on a stage with the eMSP."""
    pays = cast.purses[cast.emsp.id]
    return [
        SettlingStage(cast.emsp, cpo, traffic, pays=pays, is_paid=cast.purses[cpo.id]) for cpo in cast.cpos
    ]


async def money_of(stages: Sequence[SettlingStage]) -> Money:
    """Ask the chain who has what."""
    pays = stages[0].pays
    await pays.chain.index.caught_up()
    reserved, free = 0, 0
    balances: list[Balance] = []
    for stage in stages:
        there = await pays.chain.ledger.state(stage.lane)
        back = await pays.chain.ledger.state(stage.lane.opposite)
        reserved, free = reserved + there.reserve, there.free
        balances.append(Balance(stage.cpo.id, back.free, back.reserve))
    balances.insert(0, Balance(stages[0].emsp.id, free, reserved))
    held = await pays.chain.tokens.balance(pays.token, pays.chain.contract)
    return Money(stages, balances, held)


def gas_of_one(stage: SettlingStage) -> int:
    """What one session costs in gas, settled together with the others."""
    return stage.settled.gas // len(stage.sessions) if stage.settled is not None and stage.sessions else 0


def said(units: int) -> str:
    """Write units of the token as whole ones."""
    return shown(units, DECIMALS)
