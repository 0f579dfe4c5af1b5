"""The play on a terminal: a line per message, a mark per step, a table at the end."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ocn.ocpi.party_id import PartyId
from ocn.simulation.network.network import LocalNetwork
from ocn.simulation.play.cast import Cast
from ocn.simulation.play.losses import Lost
from ocn.simulation.play.play import Audience, StepResult
from ocn.simulation.play.summary import Summary
from ocn.simulation.play.traffic import Message, summed_up

_SUBJECT_WIDTHS = range(24, 45)
_REST_WIDTH = 48  # of a message's line, besides its subject


class Screen(Audience):
    """Shows everything as it happens. The bar at the bottom is only there on a terminal."""

    def __init__(self, console: Console, steps: int) -> None:
        self.console = console
        widest = console.width - _REST_WIDTH if console.is_terminal else _SUBJECT_WIDTHS[-1]
        self._subject_width = min(max(widest, _SUBJECT_WIDTHS[0]), _SUBJECT_WIDTHS[-1])
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar = self._progress.add_task("starting", total=steps)
        self._cpo: PartyId | None = None

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._progress.stop()

    def phase(self, text: str) -> None:
        """Say what is going on."""
        self._progress.update(self._bar, description=escape(text))
        self.console.print(f"[dim]{escape(text)} ...[/dim]")

    def scene_begins(self, name: str, cpo: PartyId) -> None:
        """See :class:`Audience`."""
        self._progress.update(self._bar, description=escape(f"{cpo}: {name}"))
        if cpo != self._cpo:
            self._cpo = cpo
            self.console.rule(f"[bold]with {cpo}", align="left")
        self.console.print(f"[bold]{escape(name)}[/bold]")

    def message(self, message: Message) -> None:
        """One message has been answered."""
        good = message.status_code is not None and 1000 <= message.status_code < 2000
        style = "green" if good else "yellow"
        subject = f"{message.method:6} {message.module}{'/' if message.what else ''}{message.what}"
        self.console.print(
            f"  {message.sender} → {message.receiver}  {escape(_fitted(subject, self._subject_width))}"
            f"  [{style}]{message.http_status or '-'} {message.status_code or '-'}[/{style}]"
            f"  [dim]{message.hops} hop{'s' if message.hops != 1 else ' '}"
            f"  {message.latency_s * 1000:6.1f} ms  {escape(message.conversion)}[/dim]".rstrip(),
            soft_wrap=True,
        )

    def scene_ended(self, result: StepResult) -> None:
        """See :class:`Audience`."""
        self._progress.advance(self._bar)
        mark = "[green]✓[/green]" if result.ok else "[bold red]✗[/bold red]"
        self.console.print(f"  {mark} {escape(result.detail)}", soft_wrap=True)
        for line in summed_up(result.conversions):
            self.console.print(f"    [cyan]{escape(line)}[/cyan]", soft_wrap=True)


def show_network(console: Console, network: LocalNetwork, cast: Cast) -> None:
    """Show who is where."""
    rows = [("chain", network.chain_url, f"registry {network.registry}")]
    rows += [(node.name, node.url, f"operator {node.operator}") for node in network.nodes]
    for player in cast.players:
        node_name = next(node.name for node in network.nodes if node.url == player.node_url)
        rows.append((str(player.id), player.party.base_url, f"at {node_name}, OCPI {player.version}"))
    for name, url, more in rows:
        console.print(f"  [bold]{name:8}[/bold] {url}  [dim]{more}[/dim]", soft_wrap=True)


def show_losses(console: Console, lost: Mapping[Lost, int]) -> None:
    """Show what was lost in conversions, place by place."""
    console.rule("[bold]What was lost on the way", align="left")
    table = Table(box=None)
    for name in ("OCPI", "place", "loss", "times", "because"):
        table.add_column(name, justify="right" if name == "times" else "left", overflow="fold")
    for each, times in lost.items():
        table.add_row(
            each.version,
            escape(each.module + each.pointer),
            each.loss,
            str(times),
            f"[dim]{escape(each.note)}[/dim]",
        )
    console.print(table)


def show_summary(console: Console, summary: Summary) -> None:
    """Show the table of steps and the totals."""
    console.rule("[bold]Summary", align="left")
    cpos = list(dict.fromkeys(step.cpo for step in summary.steps))
    hops = {step.cpo: step.hops for step in summary.steps}
    table = Table(box=None)
    table.add_column("step")
    for cpo in cpos:
        table.add_column(f"{cpo}, {hops[cpo]} hop{'s' if hops[cpo] != 1 else ''}", justify="right")
    results = {(step.name, step.cpo): step for step in summary.steps}
    for name in summary.scenes:
        table.add_row(name, *(_cell(results.get((name, cpo))) for cpo in cpos))
    console.print(table)
    latency = ", ".join(
        f"{hops} hop{'s' if hops != 1 else ''} {ms:.1f} ms" for hops, ms in summary.latency_ms().items()
    )
    verdict = "[bold green]Everything held" if summary.ok else "[bold red]Not everything held"
    console.print(
        f"{verdict}[/]: {summary.held} of {summary.expected} steps, {len(summary.traffic.sent)} messages, "
        f"median latency {latency}, {summary.seconds:.1f} s in all.",
        soft_wrap=not console.is_terminal,  # one line for whoever reads it by program
    )


def _cell(step: StepResult | None) -> str:
    if step is None:
        return "[dim]not played[/dim]"
    return f"[green]✓[/green] {step.ms:7.0f} ms" if step.ok else "[bold red]✗ failed[/bold red]"


def _fitted(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
