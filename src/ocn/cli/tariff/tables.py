"""Prices, verdicts and curves as tables for people; numbers have at most four decimals here."""

import sys
from collections.abc import Iterable
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ocn.tariffs import (
    Amount,
    Explained,
    Finding,
    Priced,
    SlotPrice,
    Unstated,
    Verification,
    amount_json,
    as_decimal,
    dimension_words,
    volume_words,
)

_UNBROKEN = 160
"""Columns when nobody looks: a file or pipe gets whole lines."""
_CURVE_MEMBERS = {"ENERGY": "energy", "TIME": "time", "PARKING_TIME": "parking"}
_COLOURS = {"match": "green", "explained": "yellow", "mismatch": "red", "undecidable": "magenta"}


def show_price(priced: Priced) -> None:
    """Print the lines, the parts and the total of a price."""
    console = _console()
    console.print(_lines(priced))
    console.print(_parts(priced))
    _print_bounds(console, priced)
    _print_findings(console, priced.findings)


def show_verification(result: Verification) -> None:
    """Print a verdict, its causes, and what is claimed beside what was computed."""
    console = _console()
    verdict = Text(result.verdict.value, style=f"bold {_COLOURS[result.verdict]}")
    console.print(Text("Verdict: ") + verdict)
    for cause in result.causes:
        console.print(f"  {cause.code}: {cause.message}")
    console.print(_comparison(result))
    _print_bounds(console, result.priced)
    _print_findings(console, result.findings)
    if result.lint:
        console.print("About the tariff:")
        _print_findings(console, result.lint)
    console.print(f"Evidence: sha-256 {result.evidence_hash.hex()}")


def show_findings(findings: Iterable[Finding]) -> None:
    """Print findings, or that there are none."""
    found = list(findings)
    console = _console()
    if found:
        _print_findings(console, found)
    else:
        console.print("Nothing is strange about it.")


def show_explained(explained: Explained) -> None:
    """Print sentences, and one table for each line."""
    console = _console()
    for sentence in explained.sentences:
        console.print(sentence)
    for line in explained.lines:
        table = Table(title=line.title, title_justify="left", show_header=False)
        for name, text in line.facts:
            table.add_row(name, text)
        console.print(table)


def show_curve(slots: Iterable[SlotPrice], time_zone: str) -> None:
    """Print the prices of slots in local time; those that depend on what nobody said as ranges."""
    zone = ZoneInfo(time_zone)
    table = Table("from", "per kWh", "per hour charging", "per hour parking", "", header_style="bold")
    open_to: set[str] = set()
    for slot in slots:
        local = slot.start.astimezone(zone)
        notes = [] if slot.changes is None else [f"changes at {slot.changes.astimezone(zone):%H:%M}"]
        notes += ["depends on " + " and ".join(slot.depends_on)] if slot.depends_on else []
        open_to.update(slot.depends_on)
        table.add_row(f"{local:%Y-%m-%d %H:%M %Z}", *_slot_prices(slot), ", ".join(notes))
    console = _console()
    console.print(table)
    if open_to - {Unstated.RESTRICTION}:
        console.print("Ranges hold for every power and current; --power-kw or --current-a gives one price.")


def slot_json(slot: SlotPrice) -> dict[str, Any]:
    """Write the prices of a slot for a program; times are UTC."""
    return {
        "start": slot.start.isoformat().replace("+00:00", "Z"),
        "end": slot.end.isoformat().replace("+00:00", "Z"),
        "energy": amount_json(slot.energy),
        "time": amount_json(slot.time),
        "parking": amount_json(slot.parking),
        "changes": None if slot.changes is None else slot.changes.isoformat().replace("+00:00", "Z"),
        "certain": slot.certain,
        "depends_on": [str(each) for each in slot.depends_on],
        "bands": {
            _CURVE_MEMBERS[kind]: {"low": amount_json(least), "high": amount_json(most)}
            for kind, (least, most) in slot.bands.items()
        },
    }


def _slot_prices(slot: SlotPrice) -> list[str]:
    shown = {"energy": slot.energy, "time": slot.time, "parking": slot.parking}
    told = {name: _both(amount) for name, amount in shown.items()}
    for kind, (least, most) in slot.bands.items():
        excl, incl = (_range(*pair) for pair in ((least.excl, most.excl), (least.incl, most.incl)))
        told[_CURVE_MEMBERS[kind]] = f"{excl} / {incl}"
    return list(told.values())


def _range(least: Fraction | None, most: Fraction | None) -> str:
    return _money(least) if least == most else f"{_money(least)} to {_money(most)}"


def _lines(priced: Priced) -> Table:
    table = Table("period", "from", "what", "volume", "billed", "price", "net", "gross", header_style="bold")
    periods = {period.index: period for period in priced.record.session.periods}
    zone = priced.record.zone
    for line in priced.lines:
        start = periods[line.period].start
        local = None if start is None else start.astimezone(zone.info if zone else None)
        component = line.component
        table.add_row(
            str(line.period + 1),
            "" if local is None else f"{local:%Y-%m-%d %H:%M:%S}",
            dimension_words(line.dimension),
            volume_words(line.dimension, line.volume),
            "" if line.billed == line.volume else volume_words(line.dimension, line.billed),
            "free" if component is None else str(as_decimal(Fraction(component.price))),
            _money(line.amount.excl),
            _money(line.amount.incl),
        )
    return table


def _parts(priced: Priced) -> Table:
    table = Table("", "net", "gross", header_style="bold", title=priced.currency, title_justify="left")
    for part, amount in priced.parts.items():
        if amount.excl or amount.incl:
            table.add_row(str(part), _money(amount.excl), _money(amount.incl))
    table.add_row("total_cost", _money(priced.total.excl), _money(priced.total.incl), style="bold")
    return table


def _comparison(result: Verification) -> Table:
    title = result.priced.currency
    table = Table(
        "", "claimed", "computed", "difference", header_style="bold", title=title, title_justify="left"
    )
    computed = {"total_cost": result.total_cost, **{str(part): one for part, one in result.parts.items()}}
    for name, amount in computed.items():
        claim = result.claimed.get(name)
        if claim is None and not amount.excl and not amount.incl:
            continue
        claimed = (
            ""
            if claim is None
            else " / ".join("?" if one is None else f"{one}" for one in (claim.excl, claim.incl))
        )
        off = result.differences.get(name)
        table.add_row(name, claimed, _both(amount), "" if off is None else _both(off))
    return table


def _print_bounds(console: Console, priced: Priced) -> None:
    if priced.low != priced.high:
        console.print(f"It may be anything from {_both(priced.low)} to {_both(priced.high)}.")


def _print_findings(console: Console, findings: Iterable[Finding]) -> None:
    for finding in findings:
        place = f" at {finding.pointer}" if finding.pointer else ""
        console.print(f"  {finding.effect}: {finding.code}{place}: {finding.message}")


def _both(amount: Amount) -> str:
    return f"{_money(amount.excl)} / {_money(amount.incl)}"


def _money(value: Fraction | None) -> str:
    return "?" if value is None else str(as_decimal(value))


def _console() -> Console:
    return Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else _UNBROKEN)
