"""Draw a site's load under each policy, its limit, and the price: PNG, SVG or what else the ending says."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ocn.errors import ConfigurationError
from ocn.smart_charging.simulation.comparison import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "uncontrolled": ("#b0b0b0", ":"),
        "least laxity": ("#d08a2e", "-"),
        "ocn": ("#1f6fb2", "-"),
        "offline optimum": ("#3a9a5b", "--"),
    }
)
_ENDINGS = (".png", ".svg", ".pdf")


def check_picture(file: Path) -> None:
    """See to it that a picture can be drawn, before much is computed for it.

    Raises:
        ConfigurationError: the ending names no format, there is no such folder, or matplotlib is missing.
    """
    if file.suffix.lower() not in _ENDINGS:
        raise ConfigurationError(f"{file} is no picture", hint=f"End it with one of {', '.join(_ENDINGS)}.")
    if not file.parent.is_dir():
        raise ConfigurationError(f"{file} cannot be written: {file.parent} is no folder")
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
        panels = figure.subplots(len(compared), squeeze=False)
        for axes, each in zip(panels.flat, compared, strict=True):
            _draw(axes, each)
        try:
            figure.savefig(file, metadata={"Date": None} if file.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be written: {error.strerror}") from error


def _draw(axes: "Axes", compared: Comparison) -> None:
    days = compared.world.days
    hours = [slot * days.slots.hours for slot in range(days.slots.count)]
    for run in compared.runs:
        if run.name in _STYLES:
            color, line = _STYLES[run.name]
            axes.step(hours, run.power_kw, line, where="post", color=color, label=run.name, linewidth=1.3)
    axes.step(hours, _limit_kw(compared), where="post", color="#b03030", label="limit", linewidth=1)
    axes.set_xlabel(f"hours from {days.slots.start.astimezone(days.site.zone):%Y-%m-%d %H:%M}")
    axes.set_ylabel("kW")
    axes.set_ylim(bottom=0)
    axes.set_title(days.site.name)
    price = axes.twinx()
    prices = [100 * eur for eur in days.prices[: days.slots.count]]
    price.step(hours, prices, where="post", color="#8060a0", linewidth=0.8, alpha=0.6)
    price.set_ylabel("ct/kWh", color="#8060a0")
    axes.legend(loc="upper right", frameon=False)


def _limit_kw(compared: Comparison) -> list[float]:
    """The lowest of the limits on the site's power, that of its top fuses."""
    world = compared.world
    tops = {fuse.name for fuse in world.days.site.fuses if fuse.parent is None}
    found = [limit for limit in world.limits if limit.fuse in tops and limit.phase is None]
    if not found:
        found = [limit for limit in world.limits if limit.fuse in tops]
        return [sum(each.amounts[i] * each.unit_kw for each in found) for i in range(world.days.slots.count)]
    return [min(each.amounts[i] * each.unit_kw for each in found) for i in range(world.days.slots.count)]
