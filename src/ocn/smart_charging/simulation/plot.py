"""Draw a site's load under each policy, its limit, and the price: PNG, SVG or what else the ending says."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ocn.errors import ConfigurationError
from ocn.smart_charging.simulation.comparison import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLES: Mapping[str, tuple[str, str, float]] = MappingProxyType(
    {
        "uncontrolled": ("#c4c4c4", "-", 4),  # so wide that it shows where others cover it
        "least laxity": ("#d08a2e", "-", 1.4),
        "ocn": ("#1f6fb2", "-", 2),
        "offline optimum": ("#3a9a5b", "--", 1.4),
    }
)
_ENDINGS = (".png", ".svg", ".pdf")


def check_picture(file: Path) -> None:
    """See to it that a picture can be drawn, before much is computed for it.

    Raises:
        ConfigurationError: the ending names no format, nothing can be written there, or matplotlib is
            missing.
    """
    if file.suffix.lower() not in _ENDINGS:
        raise ConfigurationError(f"{file} is no picture", hint=f"End it with one of {', '.join(_ENDINGS)}.")
    if not file.parent.is_dir():
        raise ConfigurationError(f"{file} cannot be written: {file.parent} is no folder")
    if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
        raise ConfigurationError(f"{file} cannot be written", hint="Name another file with --plot.")
    if find_spec("matplotlib") is None:
        raise ConfigurationError("matplotlib is not installed", hint="Install ocn[smart].")


def plot(*compared: Comparison, file: Path) -> None:
    """Write the picture, with a panel for each comparison.

    Raises:
        ConfigurationError: as by :func:`check_picture`, or the file cannot be written.
    """
    check_picture(file)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "ocn", "font.size": 9}):
        figure = Figure(figsize=(10, 5 * len(compared)), layout="constrained")
        strips = figure.subplots(2 * len(compared), height_ratios=(4, 1) * len(compared))
        for i, each in enumerate(compared):
            _draw(strips[2 * i], strips[2 * i + 1], each)
        try:
            figure.savefig(file, metadata={"Date": None} if file.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be written: {error.strerror}") from error


def _draw(load: "Axes", price: "Axes", compared: Comparison) -> None:
    """Load above, price in a strip of its own below, both over the clock of the site."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

    days = compared.world.days
    load.sharex(price)
    load.tick_params(labelbottom=False)
    starts = [*days.slots.starts(), days.slots.end]
    edges = date2num(starts)  # type: ignore[no-untyped-call]  # matplotlib's
    for run in compared.runs:
        if run.name in _STYLES:
            color, line, lw = _STYLES[run.name]
            load.stairs(
                run.power_kw, edges, baseline=None, linestyle=line, color=color, label=run.name, lw=lw
            )
    load.stairs(_limit_kw(compared), edges, baseline=None, color="#b03030", label="limit", lw=1)
    load.set_ylabel("kW")
    load.set_ylim(bottom=0)
    load.set_title(days.site.name, loc="left")
    load.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=5, frameon=False, borderaxespad=0.3)
    prices = [100 * eur for eur in days.prices[: days.slots.count]]
    price.stairs(prices, edges, fill=True, color="#8060a0", alpha=0.5)
    price.set_ylabel("ct/kWh")
    zone = days.site.zone
    clock = AutoDateLocator(tz=zone, minticks=6, maxticks=14)  # type: ignore[no-untyped-call]  # matplotlib's
    said = ConciseDateFormatter(clock, tz=zone)  # type: ignore[no-untyped-call]  # likewise
    price.xaxis.set_major_locator(clock)
    price.xaxis.set_major_formatter(said)
    price.set_xlim(edges[0], edges[-1])


def _limit_kw(compared: Comparison) -> list[float]:
    """The lowest of the limits on the site's power, that of its top fuses."""
    world = compared.world
    tops = {fuse.name for fuse in world.days.site.fuses if fuse.parent is None}
    found = [limit for limit in world.limits if limit.fuse in tops and limit.phase is None]
    if not found:
        found = [limit for limit in world.limits if limit.fuse in tops]
        return [sum(each.amounts[i] * each.unit_kw for each in found) for i in range(world.days.slots.count)]
    return [min(each.amounts[i] * each.unit_kw for each in found) for i in range(world.days.slots.count)]
