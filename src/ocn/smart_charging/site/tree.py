"""Put fuses and EVSEs together: what does not hang on the tree is told and left out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ocn.smart_charging.errors import Fault
from ocn.smart_charging.numbers import printable, shown
from ocn.smart_charging.site.model import Evse, Fuse
from ocn.smart_charging.site.tables import Places

Fuses = Sequence[tuple[int, Fuse]]
"""Each with its place in the file."""

_MOST_LEVELS = 64
"""More fuses one below another than any site has."""
_SHOWN = 5
_TAKEN = "it and all below it are left out"


def whole_branches(fuses: Fuses, places: Places, faults: list[Fault]) -> tuple[Fuse, ...]:
    """Return the fuses that hang together up to a top, parents first.

    A fuse that is left out takes all below it along: nobody knows what limits them.
    """
    named = _without_duplicates(fuses, places, faults)
    below: dict[str | None, list[str]] = defaultdict(list)
    for name, (_, fuse) in named.items():
        below[fuse.parent].append(name)
    standing: dict[str, Fuse] = {}
    waiting = dict(named)
    level = below[None]
    for _ in range(_MOST_LEVELS):
        for name in level:
            index, fuse = waiting.pop(name)
            missing = _missing_phases(fuse, standing)
            if missing:
                message = f"{', '.join(missing)} not among those of its parent {shown(fuse.parent)}; {_TAKEN}"
                faults.append(Fault(places.of("fuse", index, name, "phases"), message))
            else:
                standing[name] = fuse
        level = [child for name in level if name in standing for child in below[name]]
    why = dict.fromkeys(level, f"is more than {_MOST_LEVELS} fuses below the top; {_TAKEN}")
    for circle in _circles(waiting):
        why |= dict.fromkeys(circle, "") | {circle[0]: _goes_round(circle)}
    for name, (index, fuse) in waiting.items():
        if message := why.get(name, _left_with_its_parent(fuse, named)):
            faults.append(Fault(places.of("fuse", index, name, "parent"), message))
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
            key, message = (
                "uid",
                f"OCPI's {shown(name)} is EVSE {shown(in_ocpi[evse.key_in_ocpi].id)} already",
            )
        elif fuse is None:
            key, message = "fuse", f"{shown(evse.fuse)} is no fuse of this file that holds"
        elif set(evse.phases) - set(fuse.phases):
            key, message = "phases", f"{', '.join(evse.phases)} are not all at fuse {shown(fuse.name)}"
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


def _left_with_its_parent(fuse: Fuse, named: Mapping[str, object]) -> str:
    if fuse.parent in named:
        return f"{shown(fuse.parent)} is left out, and with it this one"
    return f"{shown(fuse.parent)} is no fuse of this file that holds; {_TAKEN}"


def _circles(fuses: Mapping[str, tuple[int, Fuse]]) -> Iterator[list[str]]:
    """Find those that are above themselves, each circle once, from its first in the file."""
    seen: set[str] = set()
    for name in fuses:
        way: list[str] = []
        above: str | None = name
        while above is not None and above in fuses and above not in seen:
            seen.add(above)
            way.append(above)
            above = fuses[above][1].parent
        if above in way:
            circle = way[way.index(above) :]
            first = min(range(len(circle)), key=lambda i: fuses[circle[i]][0])
            yield circle[first:] + circle[:first]


def _goes_round(circle: Sequence[str]) -> str:
    names = [printable(name, 60) for name in circle[:_SHOWN]]
    more = [f"{len(circle) - _SHOWN} more"] if len(circle) > _SHOWN else []
    way = " > ".join([*names, *more, names[0]])
    return f"goes round in a circle, {way}; all of it, and all below, are left out"
