"""``ocn smart simulate``: a made-up site under every policy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ocn.cli.literal import literal
from ocn.smart_charging.simulation.kinds import Kind
from ocn.smart_charging.slots import in_utc

if TYPE_CHECKING:
    from ocn.smart_charging.files import LoadedSite
    from ocn.smart_charging.simulation.comparison import Aim, Comparison
    from ocn.smart_charging.simulation.comparison import Progress as Told
    from ocn.smart_charging.simulation.generator import Days, Wanted

_PIPE_WIDTH = 120
_EARLY_MARCH = datetime(2026, 3, 2, tzinfo=UTC)


def _of_our_days(start: datetime) -> datetime:
    try:
        return in_utc(start, UTC)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def simulate(
    kind: Annotated[Kind, typer.Option("--kind", help="Who comes when, for how long.")] = Kind.WORKPLACE,
    evses: Annotated[
        int, typer.Option("--evses", min=1, max=5000, help="EVSEs of the site that is made up.")
    ] = 50,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same days.")] = 1,
    days: Annotated[int, typer.Option("--days", min=1, max=60, help="Days on which cars come.")] = 1,
    repeat: Annotated[
        int, typer.Option("--repeat", min=1, max=1000, help="So many seeds, one after another.")
    ] = 1,
    congested: Annotated[bool, typer.Option("--congested", help="A site whose limit is too low.")] = False,
    history: Annotated[
        int,
        typer.Option(
            "--history",
            min=0,
            max=28,
            help="Days before, of which the planner knows who came; 0 is a site's first day.",
        ),
    ] = 21,
    start: Annotated[
        datetime,
        typer.Option(
            "--start",
            formats=["%Y-%m-%d"],
            callback=_of_our_days,
            help="The first day: prices are those of its season.",
            show_default=f"{_EARLY_MARCH:%Y-%m-%d}",
        ),
    ] = _EARLY_MARCH,
    peak_price: Annotated[
        float | None,
        typer.Option(
            "--peak-price",
            min=0,
            max=1000,
            help="EUR per kW of the highest power; by default what the site file says.",
        ),
    ] = None,
    departure_spread: Annotated[
        int,
        typer.Option(
            "--departure-spread", min=0, max=240, help="Minutes by which departures miss what is said."
        ),
    ] = 30,
    site: Annotated[
        Path | None, typer.Option("--site", help="A site file, instead of a site that is made up.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the site's load: .png, .svg or .pdf.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Compare our plans with charging at once, in equal shares, by departure, by laxity, and the optimum."""
    from ocn.cli.smart.comparison_table import show_columns, show_comparison, show_distribution
    from ocn.cli.smart.site_files import loaded_site
    from ocn.smart_charging.simulation.comparison import aims
    from ocn.smart_charging.simulation.generator import Wanted
    from ocn.smart_charging.simulation.plot import check_picture
    from ocn.smart_charging.simulation.plot import plot as draw

    if plot is not None:
        check_picture(plot)
    loaded = None if site is None else loaded_site(site)
    first = Wanted(
        kind,
        evses,
        seed,
        days,
        congested,
        history_days=history,
        departure_sigma_h=departure_spread / 60,
        start=start.date(),
    )
    console = _wide_console()
    figures = []
    for number in range(seed, seed + repeat):
        wanted = replace(first, seed=number)
        compared = _compared(wanted, loaded, peak_price, tell=number == seed)
        found = aims(compared, congested)
        figures.append(_figures(wanted, compared, found))
        if not as_json:
            show_comparison(console, compared, found)
        if plot is not None:
            draw(compared, file=_numbered(plot, number) if repeat > 1 else plot)
    if as_json:
        print(json.dumps(figures[0] if repeat == 1 else figures, indent=2))
        return
    if repeat > 1:
        show_distribution(console, figures)
    show_columns(console)


def _compared(
    wanted: "Wanted", loaded: "LoadedSite | None", peak_price: float | None, *, tell: bool
) -> "Comparison":
    """Run every policy; by default a peak costs what the site file says."""
    from ocn.smart_charging.simulation.closed_loop import World
    from ocn.smart_charging.simulation.comparison import compare
    from ocn.smart_charging.simulation.generator import generate

    made = _priced(generate(wanted, None if loaded is None else loaded.site), loaded, tell=tell)
    price = float(made.site.prices.peak_eur_per_kw) if peak_price is None else peak_price
    with _progress() as told:
        return compare(World(made, price), progress=told)


def _wide_console() -> Console:
    """A terminal as it is; in a pipe there is room for the whole table."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def _priced(made: "Days", loaded: "LoadedSite | None", *, tell: bool) -> "Days":
    """The prices of the site file; if it has none for these days, made-up ones, which is said if wanted."""
    from ocn.smart_charging.prices import filled, known_ahead

    slots = made.slots.of_length(len(made.prices))
    known = None if loaded is None else known_ahead(loaded.prices, slots)
    if known is not None:
        return replace(made, prices=filled(known, slots.minutes))
    if tell and loaded is not None and loaded.prices is not None:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        file = loaded.site.prices.file
        console.print(
            f"[yellow]{literal(str(file))}[/yellow] says no price from {made.slots.start:%Y-%m-%d} on, "
            "so prices are made up; --start takes a day that it knows"
        )
    return made


@contextmanager
def _progress() -> "Iterator[Told]":
    """A bar on standard error, if somebody looks at it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=1)

        def told(policy: str, done: int, count: int) -> None:
            progress.update(task, description=policy, completed=done, total=count)

        yield told


def _figures(wanted: "Wanted", compared: "Comparison", found: "tuple[Aim, ...]") -> dict[str, Any]:
    days = compared.world.days
    return {
        "site": days.site.name,
        "kind": wanted.kind,
        "seed": wanted.seed,
        "congested": wanted.congested,
        "start": wanted.start.isoformat(),
        "history_days": wanted.history_days,
        "peak_price_eur_per_kw": compared.world.peak_price,
        "sessions": len(days.stays),
        "asked_kwh": round(sum(stay.need_kwh for stay in days.stays), 3),
        "policies": [
            {key: _rounded(value) for key, value in asdict(each).items()} for each in compared.outcomes
        ],
        "slots_planned_by_least_laxity": dict(compared.fallbacks),
        "aims": [{key: _rounded(value) for key, value in asdict(aim).items()} for aim in found],
    }


def _rounded(value: object) -> object:
    return round(value, 6) if isinstance(value, float) else value


def _numbered(file: Path, number: int) -> Path:
    return file.with_name(f"{file.stem}-{number}{file.suffix}")
