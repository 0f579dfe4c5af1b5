"""``ocn smart explain``: plans in words, and what changed from one to the next."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ocn.cli.literal import literal
from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.smart_charging.files import LoadedPlan
    from ocn.smart_charging.planning.told import ToldCar, ToldPlan

_MOST_SCARCE = 12
_MOST_NAMED = 8


def explain(
    file: Annotated[Path, typer.Argument(help="A plan, or plans line by line.")],
    slot: Annotated[
        int | None, typer.Option("--slot", help="The plan of this slot; by default the last.")
    ] = None,
    car: Annotated[str | None, typer.Option("--car", help="Only this car.")] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="What every plan of the file changed, car by car.")
    ] = False,
    for_drivers: Annotated[
        bool, typer.Option("--for-drivers", help="Only what a driver wants to know.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Say in words why each car gets what it gets, what changed, and what is scarce."""
    from ocn.smart_charging.files import load_plans

    plans = load_plans(file)
    if changes and slot is None:
        _show_history(plans, car, as_json=as_json)
        return
    at = _found(plans, slot, file)
    before = plans[at - 1].told if at else None
    shown = plans[at]
    cars = [each for each in shown.told.cars if car is None or each.id == car]
    if car is not None and not cars:
        raise ConfigurationError(
            f"the plan for slot {shown.told.slot} has no car {car}", hint=_who_is_there(shown.told)
        )
    changed = _changed(before, shown.told, car)
    if as_json:
        print(json.dumps(_as_json(shown, cars, changed), indent=2))
    elif for_drivers:
        console = _console()
        for each in cars:
            console.print(f"{literal(each.id)}: {literal(each.for_driver or each.line)}")
        if not cars:
            console.print(f"slot {shown.told.slot}: no car is planned")
    else:
        _show(shown.told, cars, before, changed, only_changes=changes)


def _found(plans: "Sequence[LoadedPlan]", slot: int | None, file: Path) -> int:
    found = [i for i, plan in enumerate(plans) if slot is None or plan.told.slot == slot]
    if not found:
        raise ConfigurationError(
            f"{file} has no plan for slot {slot}",
            hint=f"It has plans for slots {plans[0].told.slot} to {plans[-1].told.slot}.",
        )
    return found[-1]


def _who_is_there(plan: "ToldPlan") -> str:
    if not plan.cars:
        return "It has none."
    more = f" and {len(plan.cars) - _MOST_NAMED} more" if len(plan.cars) > _MOST_NAMED else ""
    return f"It has {', '.join(each.id for each in plan.cars[:_MOST_NAMED])}{more}."


def _changed(before: "ToldPlan | None", after: "ToldPlan", car: str | None) -> dict[str, str]:
    """The line of every car for which something changed."""
    from ocn.smart_charging.planning.changes import changes

    if before is None:
        return {}
    return {each.car: each.line for each in changes(before, after) if car in {None, each.car}}


def _as_json(shown: "LoadedPlan", cars: "Sequence[ToldCar]", changed: dict[str, str]) -> dict[str, Any]:
    ids = {each.id for each in cars}
    told = [each for each in shown.document["cars"] if each["id"] in ids]
    lines = [{"id": car, "line": line} for car, line in changed.items()]
    return {**shown.document, "cars": told, "changes": lines}


def _show(
    plan: "ToldPlan",
    cars: "Sequence[ToldCar]",
    before: "ToldPlan | None",
    changed: dict[str, str],
    *,
    only_changes: bool,
) -> None:
    console = _console()
    because = f", because {literal(plan.because)}" if plan.because else ""
    when = "" if plan.start is None else f", {plan.moment(plan.slot)}"
    count = "1 car" if len(plan.cars) == 1 else f"{len(plan.cars)} cars"
    console.print(
        f"[bold]slot {plan.slot}[/bold]{when}: {count}, {plan.power_kw:.1f} kW now; "
        f"planned by {literal(plan.method)}{because}"
    )
    for each in () if only_changes else cars:
        console.print(f"  {literal(each.line)}")
    for scarce in () if only_changes else plan.scarce[:_MOST_SCARCE]:
        console.print(f"  [cyan]{literal(scarce.line)}[/cyan]")
    if len(plan.scarce) > _MOST_SCARCE and not only_changes:
        console.print(f"  [dim]and {len(plan.scarce) - _MOST_SCARCE} more that are scarce[/dim]")
    if before is not None:
        said = "changed" if changed else "nothing changed"
        console.print(f"  [bold]{said}[/bold] against the plan of {before.moment(before.slot)}")
    for line in changed.values():
        console.print(f"  {literal(line)}")


def _show_history(plans: "Sequence[LoadedPlan]", car: str | None, *, as_json: bool) -> None:
    """Show what each plan changed against the one before it, one line per car and change."""
    console = _console()
    for plan, changed in _history(plans, car):
        for who, line in changed.items():
            if as_json:
                print(json.dumps({"slot": plan.slot, "at": plan.moment(plan.slot), "id": who, "line": line}))
            else:
                console.print(f"[bold]{plan.moment(plan.slot)}[/bold]  {literal(line)}")


def _history(plans: "Sequence[LoadedPlan]", car: str | None) -> "Iterator[tuple[ToldPlan, dict[str, str]]]":
    for before, after in pairwise(plans):
        yield after.told, _changed(before.told, after.told, car)


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
