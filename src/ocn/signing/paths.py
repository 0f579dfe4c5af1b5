"""The JSON paths that name signed values: ``$``, then ``['member']`` and ``[index]`` steps, nothing else.

Member names stand unescaped, so one with an apostrophe has no path.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from ocn.signing.errors import SignatureInvalid
from ocn.signing.json_values import MAX_NESTING, JsonValue

Step: TypeAlias = str | int

MAX_PATH_LENGTH = 1024
_STEP = re.compile(r"\['([^']*)'\]|\[([0-9]{1,4})\]")


@lru_cache(maxsize=4096)
def steps_of(path: str) -> tuple[Step, ...]:
    """Split a path into member names and indexes.

    Raises:
        SignatureInvalid: it is no such path, or longer, deeper or wider than any honest one.
    """
    if len(path) > MAX_PATH_LENGTH or not path.startswith("$"):
        raise SignatureInvalid("Malformed signature: not a path of signed values")
    steps: list[Step] = []
    position = 1
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None or len(steps) == MAX_NESTING:
            raise SignatureInvalid("Malformed signature: not a path of signed values")
        name, index = step.groups()
        steps.append(name if index is None else int(index))
        position = step.end()
    return tuple(steps)


def look_up(root: JsonValue, path: str) -> JsonValue:
    """Return the value at a path; None where nothing is, which signs the same as null."""
    value = root
    for step in steps_of(path):
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
    return value


def restored(root: dict[str, JsonValue], old: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a copy of ``root`` with these values put at their paths; missing parents are created.

    Raises:
        SignatureInvalid: a path is malformed, names the root, or leads through a scalar.
    """
    for path, value in old.items():
        changed = _replaced(root, steps_of(path), value)
        if not isinstance(changed, dict):
            raise SignatureInvalid("Malformed signature: a rewritten path leads nowhere")
        root = changed
    return root


def _replaced(root: JsonValue, steps: Sequence[Step], value: JsonValue) -> JsonValue:
    """Put one value in place, copying only the containers along the way."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if not isinstance(root, dict | None):
            raise SignatureInvalid("Malformed signature: a rewritten path leads nowhere")
        members = dict(root or {})
        members[step] = _replaced(members.get(step), rest, value)
        return members
    if not isinstance(root, list | None):
        raise SignatureInvalid("Malformed signature: a rewritten path leads nowhere")
    elements = list(root or [])
    elements.extend([None] * (step + 1 - len(elements)))
    elements[step] = _replaced(elements[step], rest, value)
    return elements
