"""Site files on a terminal: what is wrong with one, and what it says."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.tree import Tree

from ocn.cli.literal import literal

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from ocn.smart_charging.errors import Fault
    from ocn.smart_charging.files import LoadedSite
    from ocn.smart_charging.planning.problem import Phase
    from ocn.smart_charging.site.model import Daily, Evse, Fuse, Once, Site, SiteFeed, TimedLimit

_MOST_TOLD = 6
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


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


def show_site(loaded: "LoadedSite") -> None:
    """Show the tree of fuses with their limits and EVSEs, by which prices it is planned, and for whom."""
    console = Console(highlight=False)
    site = loaded.site
    tree = Tree(
        f"[bold]{literal(site.name)}[/bold]  {site.zone.key}, {site.voltage} V, {site.slot_minutes} min"
    )
    branches: dict[str | None, Tree] = {None: tree}
    for fuse in site.fuses:
        branches[fuse.name] = branches[fuse.parent].add(_fuse_line(fuse))
        for line in _first([_timed_line(each, site) for each in fuse.timed]):
            branches[fuse.name].add(f"[dim]{line}[/dim]")
    at_fuse: dict[str, list[Evse]] = {}
    for evse in site.evses:
        at_fuse.setdefault(evse.fuse, []).append(evse)
    for name, evses in at_fuse.items():
        branches[name].add(f"[dim]{literal(_evses_line(evses))}[/dim]")
    console.print(tree)
    for line in _below(loaded):
        console.print(literal(line), soft_wrap=True)


def _fuse_line(fuse: "Fuse") -> str:
    limits = [*_amps(fuse.amps), *([f"{fuse.kw} kW"] if fuse.kw is not None else [])]
    return f"{literal(fuse.name)}  [dim]{', '.join(limits) or 'no limit of its own'}[/dim]"


def _amps(amps: "Mapping[Phase, Decimal]") -> list[str]:
    if len(amps) > 1 and len(set(amps.values())) == 1:
        return [f"{len(amps)} x {next(iter(amps.values()))} A"]
    return [f"{phase} {limit} A" for phase, limit in amps.items()]


def _timed_line(limit: "TimedLimit", site: "Site") -> str:
    low = [*_amps(limit.amps), *([f"{limit.kw} kW"] if limit.kw is not None else [])]
    return f"{_when(limit.when, site)}: {', '.join(low)}"


def _when(when: "Daily | Once", site: "Site") -> str:
    from ocn.smart_charging.site.model import Daily

    if isinstance(when, Daily):
        days = "" if len(when.days) == len(_DAYS) else " ".join(_DAYS[day] for day in sorted(when.days)) + " "
        return f"{days}{when.begin:%H:%M} to {when.until:%H:%M}"
    begin, until = when.begin.astimezone(site.zone), when.until.astimezone(site.zone)
    return f"{begin:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"


def _evses_line(evses: "Sequence[Evse]") -> str:
    kinds = Counter(map(_kind, evses))
    told = [f"{count} of {kind}" if len(kinds) > 1 else kind for kind, count in kinds.items()]
    some = f"{len(evses)} EVSEs, {evses[0].id} to {evses[-1].id}" if len(evses) > 1 else f"EVSE {evses[0].id}"
    return f"{some}: {', '.join(_first(told))}"


def _kind(evse: "Evse") -> str:
    from ocn.smart_charging.site.model import Current

    if evse.current is Current.DC:
        return f"{evse.max_kw} kW DC"
    most = "" if evse.max_kw is None else f" up to {evse.max_kw} kW"
    return _amps(dict.fromkeys(evse.phases, evse.max_amps))[0] + most


def _below(loaded: "LoadedSite") -> Iterator[str]:
    from ocn.smart_charging.site.model import Current

    site = loaded.site
    unknown = [
        evse
        for evse in site.evses
        if evse.current is Current.AC and len(evse.phases) > 1 and evse.rotation is None
    ]
    if unknown:
        count = "1 EVSE" if len(unknown) == 1 else f"{len(unknown)} EVSEs"
        yield f"rotation: not told of {count}, so a one-phase car there counts on each phase"
    yield f"prices: {_prices(loaded)}"
    if site.feed is not None:
        yield f"limits from outside: {_feed(site.feed)}"
    if site.cpo is None or site.location is None:
        yield "network: none, as cpo or location is not told"
    else:
        yield f"network: {site.cpo}, location {site.location}"


def _prices(loaded: "LoadedSite") -> str:
    site = loaded.site
    told = "none of its own; over the network cars go by the tariffs of their connectors"
    if site.prices.eur_per_kwh is not None:
        told = f"{site.prices.eur_per_kwh} EUR/kWh"
    file = next((each for each in loaded.price_files if each is loaded.prices), None)
    if file is not None and file.reading is not None:
        series = file.reading.series
        first, last = (each.astimezone(site.zone) for each in (series.starts[0], series.end))
        told = (
            f"{file.file.name}, {min(series.prices)} to {max(series.prices)} EUR/kWh, "
            f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
        )
    peak = site.prices.peak_eur_per_kw
    return (
        f"{told}; {peak} EUR for a kW of the highest power of a {site.prices.peak_period}" if peak else told
    )


def _feed(feed: "SiteFeed") -> str:
    low = [*([f"{feed.kw} kW"] if feed.kw is not None else [])]
    low += [f"{feed.amps} A on each phase"] if feed.amps is not None else []
    source = feed.file or f"by OSCP, group {feed.oscp_group}"
    minutes = feed.silent_after.total_seconds() / 60
    return f"{source}; silent after {minutes:g} minutes, then {', '.join(low)}"


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_TOLD
    return lines if more <= 1 else [*lines[:_MOST_TOLD], f"and {more} more"]
