"""Which rule turns which object into which version: a table, and the way between two versions.

Every conversion goes through 2.2.1, so there are three pairs of steps and never more than two steps::

    2.1.1 ─┐
    2.2 ───┼── 2.2.1
    2.3.0 ─┘

2.1.1 joins at 2.2.1 and not at 2.2, its neighbour in time: 2.2 is the narrower one (addresses of 45
characters, no party in a CdrToken), so a passage through it would lose what both ends can say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from ocn.conversion import v2_1_1, v2_2, v2_3_0
from ocn.conversion.objects import ObjectKind
from ocn.conversion.shapes import Rule
from ocn.ocpi.versions import VersionNumber


class Step(NamedTuple):
    """From one version to a neighbour."""

    source: VersionNumber
    target: VersionNumber


_MIDDLE = VersionNumber.V2_2_1

RULES: Mapping[Step, Mapping[ObjectKind, Rule]] = MappingProxyType(
    {
        Step(VersionNumber.V2_1_1, _MIDDLE): v2_1_1.TO_2_2_1,
        Step(_MIDDLE, VersionNumber.V2_1_1): v2_1_1.FROM_2_2_1,
        Step(VersionNumber.V2_2, _MIDDLE): v2_2.TO_2_2_1,
        Step(_MIDDLE, VersionNumber.V2_2): v2_2.FROM_2_2_1,
        Step(VersionNumber.V2_3_0, _MIDDLE): v2_3_0.TO_2_2_1,
        Step(_MIDDLE, VersionNumber.V2_3_0): v2_3_0.FROM_2_2_1,
    }
)
"""What is not listed is written alike on both sides of a step."""

_LOOKED_AT: Mapping[Step, Mapping[ObjectKind, frozenset[str]]] = MappingProxyType(
    {
        Step(VersionNumber.V2_2, _MIDDLE): v2_2.LOOKED_AT_TO_2_2_1,
        Step(_MIDDLE, VersionNumber.V2_2): v2_2.LOOKED_AT_FROM_2_2_1,
        Step(VersionNumber.V2_3_0, _MIDDLE): v2_3_0.LOOKED_AT_TO_2_2_1,
        Step(_MIDDLE, VersionNumber.V2_3_0): v2_3_0.LOOKED_AT_FROM_2_2_1,
    }
)
"""What is not listed is read in full; of 2.1.1 nothing is, whose rules look at nearly everything."""

_WAYS: Mapping[tuple[VersionNumber, VersionNumber], tuple[Step, ...]] = {
    (source, target): tuple(
        Step(*step)
        for step in ((source, _MIDDLE), (_MIDDLE, target))
        if source is not target and step[0] is not step[1]
    )
    for source in VersionNumber
    for target in VersionNumber
}


@dataclass(frozen=True, slots=True)
class Passage:
    """All that happens to one kind of object between two versions."""

    rules: tuple[tuple[Step, Rule], ...]
    """In turn; none if it is the same document in both versions, whatever it says."""
    looked_at: frozenset[str] | None
    """The members that the rules look at for a lenient receiver; None for any of them."""


@cache
def passage(kind: ObjectKind, source: VersionNumber, target: VersionNumber) -> Passage:
    """Return the rules on the way between two versions, and what they look at."""
    steps = tuple(step for step in way(source, target) if kind in RULES[step])
    rules = tuple((step, RULES[step][kind]) for step in steps)
    looked = [_LOOKED_AT.get(step, {}).get(kind) for step in steps]
    known = [members for members in looked if members is not None]
    return Passage(rules, frozenset[str]().union(*known) if len(known) == len(steps) else None)


@cache
def stands_alone(source: VersionNumber, target: VersionNumber) -> bool:
    """Whether a document needs nothing but itself to be converted: no rule asks the context anything."""
    return all(VersionNumber.V2_3_0 in step for step in way(source, target))


def way(source: VersionNumber, target: VersionNumber) -> tuple[Step, ...]:
    """Return the steps from one version to another; none if they are the same."""
    return _WAYS[source, target]
