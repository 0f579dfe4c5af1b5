"""Sites and comparisons on a terminal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from ocn.cli.literal import literal

if TYPE_CHECKING:
    from pathlib import Path

    from ocn.smart_charging.errors import Fault
    from ocn.smart_charging.files import LoadedSite
    from ocn.smart_charging.simulation.comparison import Aim, Comparison
    from ocn.smart_charging.site.model import Fuse, Site

_SPEED = ("ms a slot", "max")


def loaded_site(file: "Path") -> "LoadedSite":
    """Read a site file and say all that is wrong with it, also where nothing of it is left."""
    from ocn.smart_charging.errors import SiteUnreadable
    from ocn.smart_charging.files import load_site

    try:
        loaded = load_site(file)
    except SiteUnreadable as refused:
        show_faults(refused.faults)
        raise
    show_faults(loaded.faults)
    return loaded


def show_faults(faults: "Sequence[Fault]") -> None:
    """Say what is wrong, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for fault in faults:
        console.print(f"[yellow]{literal(fault.place)}:[/yellow] {literal(fault.message)}")


def show_site(site: "Site") -> None:
    """Show the tree of fuses, with how many EVSEs hang on each."""
    console = Console(highlight=False)
    tree = Tree(
        f"[bold]{literal(site.name)}[/bold]  {site.zone.key}, {site.voltage} V, {site.slot_minutes} min"
    )
    branches: dict[str | None, Tree] = {None: tree}
    for fuse in site.fuses:
        branches[fuse.name] = branches[fuse.parent].add(_fuse_line(fuse))
    for fuse in site.fuses:
        evses = [evse for evse in site.evses if evse.fuse == fuse.name]
        if evses:
            last = f" to {literal(evses[-1].id)}" if len(evses) > 1 else ""
            branches[fuse.name].add(
                f"[dim]{len(evses)} EVSE{'s' if last else ''}, {literal(evses[0].id)}{last}[/dim]"
            )
    console.print(tree)


def _fuse_line(fuse: "Fuse") -> str:
    limits = [f"{phase} {amps} A" for phase, amps in fuse.amps.items()]
    limits += [f"{fuse.kw} kW"] if fuse.kw is not None else []
    limits += [f"{len(fuse.timed)} timed limits"] if fuse.timed else []
    return f"{literal(fuse.name)}  [dim]{', '.join(limits) or 'no limit of its own'}[/dim]"


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
    table.add_column("policy", no_wrap=True)
    names = ("delivered %", "met %", "worst 5 %", "EUR", "ct/kWh", "peak kW", "pauses", "over")
    for name in (*names, *(_SPEED if speed else ())):
        table.add_column(name, justify="right")
    for row in _rows(compared, speed=speed):
        table.add_row(*row)
    console.print(table)
    for aim in found:
        mark = "[green]✓[/green]" if aim.held else "[bold red]✗[/bold red]"
        console.print(f"  {mark} {aim.name}: {aim.value:z.2f} [dim](wanted: {aim.wanted})[/dim]")


def _rows(compared: "Comparison", *, speed: bool) -> Iterator[tuple[str, ...]]:
    for each in compared.outcomes:
        name = f"[bold]{each.name}[/bold]" if each.name == "ocn" else each.name
        took = (f"{each.cpu_ms_mean:.1f}", f"{each.cpu_ms_max:.0f}") if each.cpu_ms_max else ("", "")
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
