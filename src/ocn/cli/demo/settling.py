"""``ocn demo --settle``: the play about money, and its tables."""

from typing import Any

from rich.console import Console
from rich.table import Table

from ocn.cli.demo.programme import Programme
from ocn.simulation.network.network import LocalNetwork
from ocn.simulation.play.cast import Cast
from ocn.simulation.play.play import Audience, StepResult, play
from ocn.simulation.play.purse import CURRENCY, open_purse
from ocn.simulation.play.settling_play import (
    SETTLING_PACE,
    SETTLING_SCENES,
    Money,
    gas_of_one,
    money_of,
    said,
    settling_stages,
)
from ocn.simulation.play.traffic import Traffic


class Settling(Programme):
    """Sessions that are paid while they run."""

    pace = SETTLING_PACE
    purses = staticmethod(open_purse)
    scenes = SETTLING_SCENES

    def __init__(self) -> None:
        self._money: Money | None = None

    async def play(self, cast: Cast, traffic: Traffic, audience: Audience) -> list[StepResult]:
        """See :class:`Programme`."""
        stages = settling_stages(cast, traffic)
        results = await play(stages, audience, SETTLING_SCENES)
        self._money = await money_of(stages)
        return results

    async def show(self, console: Console, network: LocalNetwork) -> dict[str, Any]:
        """Who paid what, and who has what."""
        if self._money is None:
            return {}
        _show_sessions(console, self._money)
        _show_balances(console, self._money)
        return {"settlement": self._money.as_json()}

    @property
    def ok(self) -> bool:
        """Whether every unit is where it belongs."""
        return self._money is not None and self._money.ok


def _show_sessions(console: Console, money: Money) -> None:
    console.rule(f"[bold]Sessions, in {CURRENCY}", align="left")
    table = Table(box=None)
    table.add_column("CPO")
    for name in ("kWh", "price incl. VAT", "vouchers", "paid", "given back", "gas"):
        table.add_column(name, justify="right")
    for stage in money.stages:
        for each in stage.sessions:
            given_back = said(each.credited) if each.credited else ""
            table.add_row(
                str(stage.cpo.id),
                str(each.kwh),
                str(each.price),
                str(each.vouchers),
                said(each.paid),
                given_back,
                str(gas_of_one(stage)),
            )
    console.print(table)
    for stage in money.stages:
        if (one := stage.settled) is not None:
            console.print(
                f"  {stage.cpo.id}: {said(one.paid)} less {said(one.credited)} by one transaction"
                f" [dim]{one.transaction[:18]}..., {one.gas} gas[/dim]",
                soft_wrap=True,
            )


def _show_balances(console: Console, money: Money) -> None:
    console.rule(f"[bold]In the contract, in {CURRENCY}", align="left")
    table = Table(box=None)
    table.add_column("party")
    for name in ("free", "reserved"):
        table.add_column(name, justify="right")
    for each in money.balances:
        table.add_row(str(each.party), said(each.free), said(each.reserved))
    console.print(table)
    whole = "just what it holds" if money.ok else "[bold red]which is not what it holds[/bold red]"
    console.print(f"  Together {said(sum(each.free + each.reserved for each in money.balances))}: {whole}.")
