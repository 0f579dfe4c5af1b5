"""Site, price and plan files, from the disk."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocn.errors import ConfigurationError
from ocn.smart_charging.errors import Fault
from ocn.smart_charging.planning.document import FORMAT
from ocn.smart_charging.planning.told import ToldPlan, told
from ocn.smart_charging.price_file import PriceFile
from ocn.smart_charging.price_reading import EUR_PER_KWH, G_PER_KWH, Column
from ocn.smart_charging.prices import CarbonAsPrices, FlatPrice, PriceSource
from ocn.smart_charging.site.model import Site
from ocn.smart_charging.site.reading import read_site
from ocn.smart_charging.text_file import text_of


@dataclass(frozen=True, slots=True)
class LoadedSite:
    """A site with its prices, and everything that was wrong in either file."""

    site: Site
    prices: PriceSource | None
    faults: tuple[Fault, ...]
    carbon: PriceSource | None = None
    """What drivers who want it green go by."""
    price_files: tuple[PriceFile, ...] = ()
    """Those of both that are files, also if they cannot be read yet."""


def load_site(file: Path) -> LoadedSite:
    """Read a site file, and the files of prices and of carbon that it names, which are looked for beside it.

    Raises:
        SiteUnreadable: nothing of it can be planned.
        ConfigurationError: it cannot be read at all.
    """
    reading = read_site(text_of(file), str(file))
    site, faults = reading.site, list(reading.faults)
    flat = site.prices.eur_per_kwh
    hourly = _price_file(file, site, "file", site.prices.file, EUR_PER_KWH, faults) if flat is None else None
    carbon = _price_file(file, site, "carbon_file", site.prices.carbon_file, G_PER_KWH, faults)
    return LoadedSite(
        site,
        hourly if flat is None else FlatPrice(flat),
        tuple(faults),
        None if carbon is None else CarbonAsPrices(carbon),
        tuple(each for each in (hourly, carbon) if each is not None),
    )


def _price_file(
    file: Path, site: Site, key: str, named: str | None, column: Column, faults: list[Fault]
) -> PriceFile | None:
    """Read a file that a site file names under a key of its prices; what is wrong is added to the faults."""
    if named is None:
        return None
    found = PriceFile(file.parent / named, site.zone, column)
    found.look()
    if found.trouble is not None:
        faults.append(Fault(f"{file}, [prices], key {key}", found.trouble))
    if found.reading is not None:
        faults += found.reading.faults
    return found


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A plan as the file has it, and read."""

    document: dict[str, Any]
    told: ToldPlan


def load_plans(file: Path) -> tuple[LoadedPlan, ...]:
    """Read the plans of a file, of one or of one a line; what else is in it is passed over.

    Raises:
        ConfigurationError: there is no plan in it, or one that cannot be read.
    """
    text = text_of(file)
    try:
        found = [("", json.loads(text))]
    except ValueError:
        found = list(_each_line(file, text))
    except RecursionError as error:
        raise ConfigurationError(f"{file}: no JSON ({error})") from error
    plans = []
    for place, each in found:
        if isinstance(each, dict) and each.get("format") == FORMAT:
            try:
                plans.append(LoadedPlan(each, told(each)))
            except ValueError as error:
                raise ConfigurationError(f"{file}{place}: this plan cannot be read: {error}") from error
    if not plans:
        raise ConfigurationError(
            f"{file} has no plan",
            hint="`ocn smart controller --plans FILE` writes some; a planner's page has one a site.",
        )
    return tuple(plans)


def _each_line(file: Path, text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield f", line {number}", json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ConfigurationError(f"{file}, line {number}: no JSON ({error})") from error
