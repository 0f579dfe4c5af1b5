"""Read a site file (TOML) into a site, part by part: what contradicts itself is left out and told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.errors import Fault, SiteUnreadable
from ocn.smart_charging.numbers import shown
from ocn.smart_charging.site.model import Evse, Site, SiteFeed, SitePrices
from ocn.smart_charging.site.parts import evse_of, feed_of, fuse_of, prices_of
from ocn.smart_charging.site.tables import Places, Table, Wrong, fault
from ocn.smart_charging.site.tree import at_fuses, whole_branches
from ocn.smart_charging.text_file import read_toml

_MOST_CHARACTERS = 4_000_000
_MOST_PARTS = 10_000
_MINUTES = (1, 5, 10, 15, 30, 60)
_LEAST_VOLTS, _MOST_VOLTS = 50, Decimal(1000)
_TABLES = {
    "site": "[site]",
    "fuse": "[[fuse]]",
    "evse": "[[evse]]",
    "prices": "[prices]",
    "feed": "[feed]",
}

_ONE_TABLE = "is one table, with its name in single brackets"

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a site file says: the site as far as it holds, and what is wrong with the rest."""

    site: Site
    faults: tuple[Fault, ...]


def read_site(text: str, file: str = "site.toml") -> Reading:
    """Read a site file; ``file`` is how it is called in messages.

    Raises:
        SiteUnreadable: it is no TOML, says nothing of the site itself, or no EVSE in it can be planned.
    """
    content = _decoded(text, file)
    places = Places(file, text)
    site = _head(content, places)
    faults = [
        Fault(
            file, f"{shown(name)} is not known here and says nothing; known are {', '.join(_TABLES.values())}"
        )
        for name in content
        if name not in _TABLES
    ]
    fuses = _parts(content, "fuse", lambda table: fuse_of(table, site.zone), places, faults)
    standing = whole_branches(fuses, places, faults)
    evses: list[tuple[int, Evse]] = _parts(content, "evse", evse_of, places, faults)
    kept = at_fuses(evses, standing, places, faults)
    prices = _prices(content, places, faults)
    if not kept:
        raise SiteUnreadable(
            f"{file}: no EVSE can be planned",
            hint="Each [[evse]] names its fuse, and each fuse below another that one.",
            faults=tuple(faults),
        )
    feed = _feed(content, places)
    return Reading(replace(site, fuses=standing, evses=kept, prices=prices, feed=feed), tuple(faults))


def _decoded(text: str, file: str) -> Mapping[str, Any]:
    if len(text) > _MOST_CHARACTERS:
        raise SiteUnreadable(f"{file} has more than {_MOST_CHARACTERS} characters")
    try:
        return read_toml(text)
    except ValueError as error:
        raise SiteUnreadable(f"{file} is no TOML: {error}") from error


def _head(content: Mapping[str, Any], places: Places) -> Site:
    part = content.get("site")
    if not isinstance(part, dict):
        told = "is missing" if part is None else _ONE_TABLE
        raise SiteUnreadable(f"{places.of('site')} {told}", hint="A site file begins with [site] and a name.")
    table = Table(part)
    try:
        name = table.text("name")
        zone = _zone(table.text("time_zone", "UTC"))
        voltage = table.number("voltage", above=_LEAST_VOLTS, most=_MOST_VOLTS) or Decimal(230)
        minutes = table.number("slot_minutes", above=0) or Decimal(15)
        if minutes not in _MINUTES:
            raise Wrong("slot_minutes", f"must be one of {', '.join(map(str, _MINUTES))}")
        cpo = None if table.raw("cpo") is None else _party(table.text("cpo"))
        location = None if table.raw("location") is None else table.text("location")
        table.refuse_others()
    except Wrong as wrong:
        raise SiteUnreadable(f"{places.of('site')}: {wrong.key} {wrong.message}") from wrong
    return Site(name, zone, voltage, int(minutes), (), (), cpo=cpo, location=location)


def _party(text: str) -> PartyId:
    try:
        return PartyId.parse(text)
    except ValueError:
        raise Wrong("cpo", f"{text[:40]!r} is no country code and party id such as DE CPO") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong("time_zone", f"{name[:60]!r} is no time zone such as Europe/Berlin") from None


def _parts(
    content: Mapping[str, Any],
    kind: str,
    read: Callable[[Table], _Part],
    places: Places,
    faults: list[Fault],
) -> list[tuple[int, _Part]]:
    """Read the tables of one kind, each with its place; what cannot be read is told and left out."""
    try:
        tables = Table(content).tables(kind)
    except Wrong as wrong:
        faults.append(fault(places, kind, None, None, wrong, "all of them are left out"))
        return []
    if len(tables) > _MOST_PARTS:
        faults.append(Fault(places.of(kind, _MOST_PARTS), f"more than {_MOST_PARTS}; the rest is left out"))
    found = []
    for index, table in enumerate(tables[:_MOST_PARTS]):
        try:
            found.append((index, read(Table(table))))
        except Wrong as wrong:
            named = table.get("name", table.get("id", ""))
            name = named if isinstance(named, str) else shown(named)
            faults.append(fault(places, kind, index, name, wrong, f"this {kind} is left out"))
    return found


def _prices(content: Mapping[str, Any], places: Places, faults: list[Fault]) -> SitePrices:
    part = content.get("prices", {})
    try:
        if not isinstance(part, dict):
            raise Wrong(None, _ONE_TABLE)
        return prices_of(Table(part))
    except Wrong as wrong:
        faults.append(fault(places, "prices", None, None, wrong, "planned without prices"))
        return SitePrices()


def _feed(content: Mapping[str, Any], places: Places) -> SiteFeed | None:
    """Read what would lower limits; without it a site would be planned with more than it may have."""
    part = content.get("feed")
    if part is None:
        return None
    try:
        if not isinstance(part, dict):
            raise Wrong(None, _ONE_TABLE)
        return feed_of(Table(part))
    except Wrong as wrong:
        then = "without it limits would be lifted unseen, so the file is refused"
        told = fault(places, "feed", None, None, wrong, then)
        raise SiteUnreadable(str(told)) from wrong
