"""From signed values to the text that is hashed: every scalar in document order, concatenated."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ocn.signing.errors import Unsignable
from ocn.signing.json_values import JsonValue, NumberLiteral
from ocn.signing.number_text import TEXT_OF, NumberForm
from ocn.signing.paths import look_up

Scalar: TypeAlias = str | bool | int | NumberLiteral
_SCALAR = (str, bool, int, NumberLiteral)


def walk(root: dict[str, JsonValue]) -> tuple[list[str], list[Scalar]]:
    """List the path and the value of everything that is signed, depth first.

    Nulls, empty strings and empty containers are left out; zero and false are not.

    Raises:
        Unsignable: a member's name has an apostrophe (no path can name it), or a value is not JSON.
    """
    fields: list[str] = []
    scalars: list[Scalar] = []
    _walk_members(root, "$", fields, scalars)
    return fields, scalars


def _walk_members(members: dict[str, JsonValue], path: str, fields: list[str], scalars: list[Scalar]) -> None:
    for name, member in members.items():
        if "'" in name:
            raise Unsignable("A member whose name contains an apostrophe cannot be signed")
        if type(member) is str:  # as most are; the shortcut halves the time of the walk
            if member:
                fields.append(f"{path}['{name}']")
                scalars.append(member)
        elif member is not None:
            _walk_value(member, f"{path}['{name}']", fields, scalars)


def _walk_value(value: JsonValue, path: str, fields: list[str], scalars: list[Scalar]) -> None:
    if isinstance(value, dict):
        _walk_members(value, path, fields, scalars)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            _walk_value(element, f"{path}[{index}]", fields, scalars)
    elif isinstance(value, _SCALAR):
        if value != "":
            fields.append(path)
            scalars.append(value)
    elif value is not None:
        kind: str = type(value).__name__
        raise Unsignable(f"A value of type {kind} cannot be signed: read the JSON with parse_json")


def pick(root: JsonValue, fields: Iterable[str]) -> list[Scalar] | None:
    """Look up the values that ``fields`` name, in that order; what is absent or null contributes nothing.

    Return None when an object or array stands where a scalar was signed.

    Paths are lower-cased first, as every verifier in the field does: a member with capitals in its name
    can be signed and never verified.

    Raises:
        SignatureInvalid: a path is malformed.
    """
    scalars: list[Scalar] = []
    for field in fields:
        value = look_up(root, field.lower())
        if isinstance(value, _SCALAR):
            scalars.append(value)
        elif value is not None:
            return None
    return scalars


def compose(scalars: Sequence[Scalar], form: NumberForm) -> str:
    """Concatenate the texts of scalars, numbers in the given spelling."""
    number_text = TEXT_OF[form]
    texts: list[str] = []
    for scalar in scalars:
        if type(scalar) is str:
            texts.append(scalar)
        elif type(scalar) is NumberLiteral:
            texts.append(number_text(scalar.text))
        elif type(scalar) is bool:
            texts.append("true" if scalar else "false")
        else:
            texts.append(number_text(str(scalar)))
    return "".join(texts)
