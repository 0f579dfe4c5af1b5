"""Site, price and plan files, from the disk."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocn.errors import ConfigurationError
from ocn.smart_charging.errors import Fault, PricesUnreadable
from ocn.smart_charging.planning.document import FORMAT
from ocn.smart_charging.prices import FlatPrice, PriceSource, read_prices
from ocn.smart_charging.site.model import Site
from ocn.smart_charging.site.reading import read_site

_MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class LoadedSite:
    """A site with its prices, and everything that was wrong in either file."""

    site: Site
    prices: PriceSource | None
    faults: tuple[Fault, ...]


def load_site(file: Path) -> LoadedSite:
    """Read a site file, and the price file that it names, which is looked for beside it.

    Raises:
        SiteUnreadable: nothing of it can be planned.
        ConfigurationError: it cannot be read at all.
    """
    reading = read_site(_text(file), str(file))
    site, faults = reading.site, list(reading.faults)
    prices: PriceSource | None = None
    if site.prices.eur_per_kwh is not None:
        prices = FlatPrice(site.prices.eur_per_kwh)
    elif site.prices.file is not None:
        price_file = file.parent / site.prices.file
        try:
            read = read_prices(_text(price_file), str(price_file), site.zone)
        except (PricesUnreadable, ConfigurationError) as error:
            faults.append(Fault(f"{file}, [prices], key file", f"{error.message}; planned without prices"))
        else:
            prices = read.series
            faults += read.faults
    return LoadedSite(site, prices, tuple(faults))


def load_plan(file: Path, slot: int | None = None) -> dict[str, Any]:
    """Read a plan from a file of one, or of one a line: the one for a slot, or the last.

    Raises:
        ConfigurationError: there is no such plan in it.
    """
    text = _text(file)
    try:
        plans = [json.loads(text)]
    except ValueError:
        plans = _each_line(file, text)
    found = [plan for plan in plans if isinstance(plan, dict) and plan.get("format") == FORMAT]
    if slot is not None:
        found = [plan for plan in found if plan.get("slot") == slot]
    if not found:
        which = "" if slot is None else f" for slot {slot}"
        raise ConfigurationError(
            f"{file} has no plan{which}", hint="`ocn smart controller --plans FILE` writes some."
        )
    return dict(found[-1])


def _each_line(file: Path, text: str) -> list[Any]:
    plans = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                plans.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise ConfigurationError(f"{file}, line {number}: no JSON ({error})") from error
    return plans


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ConfigurationError(f"{file} is larger than {_MOST_BYTES} bytes")
        return file.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is no text in UTF-8") from error
