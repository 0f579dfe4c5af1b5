"""A comparison of policies on a terminal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from ocn.cli.literal import literal

if TYPE_CHECKING:
    from ocn.smart_charging.simulation.comparison import Aim, Comparison

_COLUMNS = (
    "deliv-\nered %",
    "met\n%",
    "worst\n5 %",
    "cost\nEUR",
    "cost\nct/kWh",
    "peak\nkW",
    "pauses\na car",
    "slots\nover",
)
_SPEED = ("CPU ms\na slot", "most\nms")
_COLUMNS_IN_WORDS = (
    "met: sessions that lack at most 0.1 kWh; worst 5 %: what the least served twentieth got of its need; "
    "over: slots in which a limit was exceeded"
)


def show_comparison(
    console: Console, compared: "Comparison", found: "Sequence[Aim]", *, speed: bool = True
) -> None:
    """Show a row per policy, with ``speed`` how long it took to decide, and whether the aims are held."""
    days = compared.world.days
    console.print(
        f"[bold]{literal(days.site.name)}[/bold]: "
        f"{len(days.stays)} sessions at {len(days.site.evses)} EVSEs, "
        f"{sum(stay.need_kwh for stay in days.stays):,.0f} kWh asked for, {days.slots.count} slots"
    )
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    table.add_column("\npolicy", no_wrap=True)
    for name in (*_COLUMNS, *(_SPEED if speed else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for row in _rows(compared, speed=speed):
        table.add_row(*row)
    console.print(table)
    for why, slots in compared.fallbacks.items():
        console.print(f"  [yellow]ocn:[/yellow] least laxity planned {slots} slots, because {literal(why)}")
    for aim in found:
        mark = "[green]✓[/green]" if aim.held else "[bold red]✗[/bold red]"
        console.print(f"  {mark} {aim.name}: {aim.value:z.2f} [dim](wanted: {aim.wanted})[/dim]")


def show_distribution(console: Console, figures: Sequence[dict[str, Any]]) -> None:
    """Show on how many days each aim was held, and the values in between."""
    console.rule("[bold]All seeds", align="left")
    for i, aim in enumerate(figures[0]["aims"]):
        values = sorted(each["aims"][i]["value"] for each in figures)
        held = sum(each["aims"][i]["held"] for each in figures)
        console.print(
            f"  {aim['name']}: held on {held} of {len(figures)}; least {values[0]:.2f}, "
            f"median {values[len(values) // 2]:.2f}, most {values[-1]:.2f}"
        )


def show_columns(console: Console) -> None:
    """Say, once below all tables, what is in their columns."""
    console.print(f"[dim]{_COLUMNS_IN_WORDS}[/dim]")


def _rows(compared: "Comparison", *, speed: bool) -> Iterator[tuple[str, ...]]:
    for each in compared.outcomes:
        name = f"[bold]{each.name}[/bold]" if each.name == "ocn" else each.name
        took = (f"{each.cpu_ms_mean:.0f}", f"{each.cpu_ms_max:.0f}") if each.cpu_ms_max else ("", "")
        yield (
            name,
            f"{each.delivered_percent:.2f}",
            f"{each.sessions_met_percent:.1f}",
            f"{each.worst_5_percent:.2f}",
            f"{each.cost_eur:.2f}",
            f"{100 * each.cost_eur_per_kwh:.3f}",
            f"{each.peak_kw:.1f}",
            f"{each.pauses_per_session:.2f}",
            str(each.overruns),
            *(took if speed else ()),
        )
