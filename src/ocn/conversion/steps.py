"""Which rule turns which object into which version: a table, and the way between two versions.

Every conversion goes through 2.2.1, so there are three pairs of steps and never more than two steps::

    2.1.1 ─┐
    2.2 ───┼── 2.2.1
    2.3.0 ─┘

2.1.1 joins at 2.2.1 and not at 2.2, its neighbour in time: 2.2 is the narrower one (addresses of 45
characters, no party in a CdrToken), so a passage through it would lose what both ends can say.
"""

from collections.abc import Mapping
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

_WAYS: Mapping[tuple[VersionNumber, VersionNumber], tuple[Step, ...]] = {
    (source, target): tuple(
        Step(*step)
        for step in ((source, _MIDDLE), (_MIDDLE, target))
        if source is not target and step[0] is not step[1]
    )
    for source in VersionNumber
    for target in VersionNumber
}


@cache
def written_alike(kind: ObjectKind, source: VersionNumber, target: VersionNumber) -> bool:
    """Whether an object of this kind is the same document in both versions, whatever it says."""
    return all(kind not in RULES[step] for step in way(source, target))


def way(source: VersionNumber, target: VersionNumber) -> tuple[Step, ...]:
    """Return the steps from one version to another; none if they are the same."""
    return _WAYS[source, target]
