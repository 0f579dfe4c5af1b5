"""What conversions lost in a play, place by place, as the nodes report it to their operators."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

_NUMBER = re.compile(r"/\d+(?=/|$)")


@dataclass(frozen=True, slots=True, order=True)
class Lost:
    """A place in the objects of a module, as ``version`` writes them, and what became of it.

    ``*`` in the JSON pointer is any index.
    """

    version: str
    module: str
    pointer: str
    loss: str
    note: str


def lost_in(reports: Iterable[Mapping[str, Any]]) -> Mapping[Lost, int]:
    """Add up the changes of the reports of ``/admin/conversions``, in the order of :class:`Lost`."""
    counts = Counter(
        Lost(
            change["version"],
            report["module"],
            _NUMBER.sub("/*", change["pointer"].removeprefix("/data")).removeprefix("/*"),
            change["loss"].replace("_", " "),
            change["note"],
        )
        for report in reports
        for change in report["changes"]
    )
    return dict(sorted(counts.items()))


def as_json(lost: Mapping[Lost, int]) -> list[dict[str, Any]]:
    """Return the same as JSON objects, each with how often it happened."""
    return [{**asdict(each), "times": times} for each, times in lost.items()]
