"""A list of paths, compiled: the values of a message are picked in one pass instead of path by path.

Messages of one kind from one party name the same paths for ever, so the list itself is recognised by its text
(:func:`fields_of`) and compiled once (:func:`plan_of`).
"""

from functools import lru_cache
from typing import Final, TypeAlias, Union

import msgspec

from ocn.signing.json_values import JsonValue, NumberLiteral
from ocn.signing.paths import Step, steps_of

Plan: TypeAlias = tuple[tuple[Step, Union["Plan", None]], ...]
"""What to take of a container, in order: a scalar where the second is None, else what the inner plan says."""

Scalar: TypeAlias = str | bool | int | NumberLiteral
_SCALAR: Final = (str, bool, int, NumberLiteral)
_LONGEST_REMEMBERED: Final = 64 * 1024
_FIELDS = msgspec.json.Decoder(list[str])


def fields_of(text: bytes) -> tuple[str, ...]:
    """Read a JSON array of paths; the same text gives the same object.

    Raises:
        msgspec.DecodeError: it is no array of strings.
    """
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else tuple(_FIELDS.decode(text))


@lru_cache(maxsize=512)
def _remembered(text: bytes) -> tuple[str, ...]:
    return tuple(_FIELDS.decode(text))


@lru_cache(maxsize=512)
def lowered(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths in lower case, as every verifier in the field looks them up."""
    return tuple(field.lower() for field in fields)


@lru_cache(maxsize=512)
def plan_of(fields: tuple[str, ...]) -> Plan | None:
    """Compile paths that stand in document order, as every signer writes them; None when these do not.

    Raises:
        SignatureInvalid: a path is malformed.
    """
    steps = [steps_of(field) for field in fields]
    plan, end = _compiled(steps, 0, 0)
    return plan if end == len(steps) else None


def _compiled(paths: list[tuple[Step, ...]], start: int, depth: int) -> tuple[Plan, int]:
    """Compile the run of paths, from ``start`` on, that share the steps before ``depth``."""
    entries: list[tuple[Step, Plan | None]] = []
    position = start
    while position < len(paths):
        path = paths[position]
        if len(path) <= depth or path[:depth] != paths[start][:depth]:
            break
        if len(path) == depth + 1:
            entries.append((path[depth], None))
            position += 1
        else:
            inner, end = _compiled(paths, position, depth + 1)
            if end == position:
                break
            entries.append((path[depth], inner))
            position = end
    return tuple(entries), position


def taken(plan: Plan, root: JsonValue) -> list[Scalar] | None:
    """Return the scalars that a plan names; None when one is missing or is no scalar."""
    scalars: list[Scalar] = []
    return scalars if _take(plan, root, scalars) else None


def _take(plan: Plan, container: JsonValue, scalars: list[Scalar]) -> bool:
    for step, inner in plan:
        try:
            value: JsonValue = container[step]  # type: ignore[index]  # other kinds raise
        except (KeyError, IndexError, TypeError):
            return False
        if inner is not None:
            if type(value) is str or not _take(inner, value, scalars):
                return False
        elif type(value) is str or isinstance(value, _SCALAR):
            scalars.append(value)
        else:
            return False
    return True
