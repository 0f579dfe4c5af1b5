"""The day on a terminal: a line per slot with load against limit, then what is claimed, then tables."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from ocn.cli.demo.screen import Screen
from ocn.cli.smart.comparison_table import show_columns, show_comparison
from ocn.simulation.network.network import LocalNetwork
from ocn.simulation.smart.cast import SmartCast
from ocn.simulation.smart.day import Reaction, Watching
from ocn.simulation.smart.meters import SlotMeters
from ocn.simulation.smart.outcome import Outcomes
from ocn.simulation.smart.scenario import Scenario

_LONGEST_BAR, _SHORTEST_BAR = 16, 4
_TIME, _TEXT = 7, 28
"""Columns of a line besides its bars."""
_FULL, _EMPTY = "█", "░"


class SmartScreen(Screen, Watching):
    """Shows the day as it goes on; slots in which nobody is anywhere are left out."""

    def __init__(self, console: Console, scenario: Scenario) -> None:
        super().__init__(console, scenario.slots.count)
        self._scenario = scenario
        self._begun = False
        room = (console.width - _TIME) // len(scenario.sites) - _TEXT if console.is_terminal else _LONGEST_BAR
        self._bar_width = min(max(room, _SHORTEST_BAR), _LONGEST_BAR)

    def slot_ended(self, slot: int, at: datetime, sites: Sequence[SlotMeters]) -> None:
        """See :class:`Watching`."""
        self._progress.advance(self._bar)
        local = at.astimezone(self._scenario.sites[0].site.zone)
        self._progress.update(self._bar, description=f"{local:%H:%M}")
        if not any(each.present for each in sites):
            return
        if not self._begun:
            self._begun = True
            width = self._bar_width + _TEXT
            names = "".join(f"{each.cpo!s:<{width}}" for each in self._scenario.sites)
            self.console.print(f"[bold]{' ' * _TIME}{names.rstrip()}[/bold]", soft_wrap=True)
        cells = "".join(_cell(each, self._bar_width) for each in sites)
        self.console.print(f"{local:%H:%M}  {cells}".rstrip(), soft_wrap=True)

    def reacted(self, reaction: Reaction) -> None:
        """See :class:`Watching`."""
        local = reaction.at.astimezone(self._scenario.sites[0].site.zone)
        until = reaction.messages
        told = "not within it" if until is None else f"within it after {until} new limits"
        self.console.print(
            f"{local:%H:%M}  [bold yellow]grid event[/bold yellow] at {escape(reaction.site)}: "
            f"{reaction.limit_kw:.1f} kW from now on, {reaction.before_kw:.1f} kW flow; {told}, "
            f"{reaction.after_kw:.1f} kW flow",
            soft_wrap=True,
        )


def show_cast(console: Console, network: LocalNetwork, cast: SmartCast) -> None:
    """Show who is where."""
    rows = [("chain", network.chain_url, f"registry {network.registry}")]
    rows += [(node.name, node.url, f"operator {node.operator}") for node in network.nodes]
    for party, what in zip(cast.parties, ("eMSP", "CPO", "CPO", "planner, SCSP"), strict=True):
        node_name = next(node.name for node in network.nodes if node.url == party.node_url)
        rows.append((str(party.id), party.party.base_url, f"{what}, at {node_name}"))
    for name, url, more in rows:
        console.print(f"  [bold]{name:8}[/bold] {url}  [dim]{more}[/dim]", soft_wrap=True)


def show_outcomes(console: Console, outcomes: Outcomes) -> None:
    """Show a table per site, and whether what is claimed held."""
    console.rule("[bold]As metered, beside other policies", align="left")
    for each in outcomes.sites:
        console.print(f"[bold]{each.site.id}[/bold], ", end="")
        show_comparison(console, each.compared, (), speed=False)
    show_columns(console)
    console.rule("[bold]Claims", align="left")
    for claim in outcomes.claims:
        mark = "[green]✓[/green]" if claim.ok else "[bold red]✗[/bold red]"
        console.print(f"  {mark} {escape(claim.name)}: {escape(claim.detail)}", soft_wrap=True)
    verdict = "[bold green]Everything held" if outcomes.ok else "[bold red]Not everything held"
    console.print(
        f"{verdict}[/]: {sum(claim.ok for claim in outcomes.claims)} of {len(outcomes.claims)} claims, "
        f"{outcomes.messages} messages and {outcomes.copies} copies, {outcomes.seconds:.1f} s in all.",
        soft_wrap=not console.is_terminal,  # one line for whoever reads it by program
    )


def _cell(meters: SlotMeters, width: int) -> str:
    """One site's slot: ``████░░  34.1 of 44.7 kW, 5 of 24 cars``."""
    share = meters.power_kw / meters.limit_kw if meters.limit_kw > 0 else float(meters.power_kw > 0)
    filled = min(width, round(share * width))
    style = "bold red" if meters.over else "green"
    bar = f"[{style}]{_FULL * filled}[/{style}][dim]{_EMPTY * (width - filled)}[/dim]"
    text = f" {meters.power_kw:4.1f} of {meters.limit_kw:4.1f} kW, {meters.charging:2} of {meters.present:2}"
    return bar + text.ljust(_TEXT)
