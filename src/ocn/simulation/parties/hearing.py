"""What is left of an object when it has been said in other versions on its way: what its receiver must have.

A simulated party has its objects as 2.2.1 writes them, whatever it speaks; between two of them an object is
written in the versions of both. What is lost there is lost, and nothing else may be.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar, cast

from ocn.conversion import Context, ObjectKind, convert
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

OWN = VersionNumber.V2_2_1
"""How a simulated party has its objects."""
T = TypeVar("T")


def as_heard(kind: ObjectKind, value: T, owner: PartyId, spoken: Sequence[VersionNumber]) -> T:
    """Return an object of 2.2.1 after it was written in each of ``spoken``, as 2.2.1 again."""
    said, context = dict(cast("dict[str, object]", value)), Context(owner=owner)
    for source, target in pairwise((OWN, *spoken, OWN)):
        said = dict(convert(kind, said, source, target, context).value)  # type: ignore[arg-type]  # JSON, all
    return cast("T", said)
