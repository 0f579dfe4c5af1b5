"""Put fuses and EVSEs together: what does not hang on the tree is told and left out."""

from collections.abc import Mapping, Sequence

from ocn.smart_charging.errors import Fault
from ocn.smart_charging.site.model import Evse, Fuse
from ocn.smart_charging.site.tables import Places

Fuses = Sequence[tuple[int, Fuse]]
"""Each with its place in the file."""

_TAKEN = "it and all below it are left out"


def whole_branches(fuses: Fuses, places: Places, faults: list[Fault]) -> tuple[Fuse, ...]:
    """Return the fuses that hang together up to a top, parents first.

    A fuse that is left out takes all below it along: nobody knows what limits them.
    """
    named = _without_duplicates(fuses, places, faults)
    standing: dict[str, Fuse] = {}
    waiting = dict(named)
    while ready := [
        name for name, (_, fuse) in waiting.items() if fuse.parent is None or fuse.parent in standing
    ]:
        for name in ready:
            index, fuse = waiting.pop(name)
            missing = _missing_phases(fuse, standing)
            if missing:
                message = f"{', '.join(missing)} not among those of its parent {fuse.parent!r}; {_TAKEN}"
                faults.append(Fault(places.of("fuse", index, name, "phases"), message))
            else:
                standing[name] = fuse
    faults += [
        Fault(places.of("fuse", index, name, "parent"), _why_left(name, named, waiting))
        for name, (index, _) in waiting.items()
    ]
    return tuple(standing.values())


def at_fuses(
    evses: Sequence[tuple[int, Evse]], fuses: Sequence[Fuse], places: Places, faults: list[Fault]
) -> tuple[Evse, ...]:
    """Return the EVSEs that hang on a fuse which has their phases, no two of one name, here or in OCPI."""
    by_name = {fuse.name: fuse for fuse in fuses}
    kept: dict[str, Evse] = {}
    in_ocpi: dict[str, Evse] = {}
    for index, evse in evses:
        fuse = by_name.get(evse.fuse)
        if evse.id in kept:
            key, message = "id", "is there already"
        elif evse.key_in_ocpi in in_ocpi:
            name = evse.uid or evse.id
            key, message = "uid", f"OCPI's {name!r} is EVSE {in_ocpi[evse.key_in_ocpi].id!r} already"
        elif fuse is None:
            key, message = "fuse", f"{evse.fuse!r} is no fuse of this file that holds"
        elif set(evse.phases) - set(fuse.phases):
            key, message = "phases", f"{', '.join(evse.phases)} are not all at fuse {fuse.name!r}"
        else:
            kept[evse.id] = in_ocpi[evse.key_in_ocpi] = evse
            continue
        faults.append(Fault(places.of("evse", index, evse.id, key), f"{message}; this evse is left out"))
    return tuple(kept.values())


def _without_duplicates(fuses: Fuses, places: Places, faults: list[Fault]) -> dict[str, tuple[int, Fuse]]:
    """Of two fuses with one name neither is taken: what stands below could mean either."""
    same: dict[str, list[tuple[int, Fuse]]] = {}
    for index, fuse in fuses:
        same.setdefault(fuse.name, []).append((index, fuse))
    for name, several in same.items():
        if len(several) > 1:
            message = "names a fuse a second time; all of that name, and what is below, are left out"
            faults.append(Fault(places.of("fuse", several[1][0], name, "name"), message))
    return {name: several[0] for name, several in same.items() if len(several) == 1}


def _missing_phases(fuse: Fuse, standing: Mapping[str, Fuse]) -> list[str]:
    if fuse.parent is None:
        return []
    return [phase for phase in fuse.phases if phase not in standing[fuse.parent].phases]


def _why_left(
    name: str, named: Mapping[str, tuple[int, Fuse]], waiting: Mapping[str, tuple[int, Fuse]]
) -> str:
    parent = named[name][1].parent
    if parent not in named:
        return f"{parent!r} is no fuse of this file that holds; {_TAKEN}"
    way, above = [name], parent
    while above is not None and above in waiting and above not in way:
        way.append(above)
        above = waiting[above][1].parent
    if above == name:
        return f"goes round in a circle, {' > '.join([*way, name])}; {_TAKEN}"
    return f"{parent!r} is left out, and with it this one"
