"""``ocn tariff curve``: the price of every slot of time."""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from ocn.cli.tariff.files import in_file, read_document
from ocn.cli.tariff.options import AsJson, VersionOption, json_file


def curve(
    tariff: Annotated[Path, json_file("--tariff", help_text="One tariff.")],
    time_zone: Annotated[str, typer.Option("--time-zone", metavar="TZ", help="Of the place of charging.")],
    start: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="When charging starts: local time, or with an offset. Default: now."
        ),
    ] = None,
    slots: Annotated[int, typer.Option(help="How many slots.")] = 96,
    slot_minutes: Annotated[int, typer.Option(help="How long each is.")] = 15,
    power_kw: Annotated[
        str | None,
        typer.Option(
            "--power-kw", "--power", metavar="KW", help="Power of charging, where prices depend on it."
        ),
    ] = None,
    current_a: Annotated[
        str | None,
        typer.Option(
            "--current-a",
            "--current",
            metavar="A",
            help="Current of all phases together, where prices depend on it. Default: by power, at 230 V.",
        ),
    ] = None,
    version: VersionOption = None,
    as_json: AsJson = False,
) -> None:
    """Print the price of every slot of time, for drivers and planners."""
    from ocn.cli.tariff.tables import show_curve, slot_json
    from ocn.tariffs import TariffError
    from ocn.tariffs import curve as curve_of

    document = read_document(tariff).only("a tariff")
    try:
        found = curve_of(
            document.object("a tariff"),
            time_zone,
            _moment(start, time_zone),
            slots,
            slot_minutes,
            power_kw=_quantity(power_kw, "kW"),
            current_a=_quantity(current_a, "A"),
            version=version,
        )
    except TariffError as error:
        raise in_file(document, error) from error
    if as_json:
        print(json.dumps([slot_json(slot) for slot in found], indent=2))
    else:
        show_curve(found, time_zone)


def _moment(text: str | None, time_zone: str) -> datetime:
    from ocn.tariffs import zone_named

    if text is None:
        return datetime.now(UTC).replace(second=0, microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text[:40]!r} is no time; write 2025-03-30T14:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone_named(time_zone).info)


def _quantity(text: str | None, unit: str) -> Decimal | None:
    """Read a power or current; more than 0, so that something is charged."""
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise typer.BadParameter(f"{text[:40]!r} is no number of {unit}.") from error
    if not number.is_finite() or not Decimal("0.001") <= number < 10_000:
        raise typer.BadParameter(f"Name from 0.001 to less than 10,000 {unit}.")
    return number
