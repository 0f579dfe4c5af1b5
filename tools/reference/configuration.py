"""The settings of a node as one page: names, types, defaults, variables, meanings."""

import types
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ocn.node.config import NodeConfig

_OPENING = """\
# Settings of a node

Written by `make docs-reference` from `src/ocn/node/config`; do not edit.

`ocn node run` and `ocn node check` read a TOML file (`--config FILE`) and the environment; a variable
wins over the file. A setting `part.name` stands in the file under `[part]` as `name = ...`, and in the
environment as `OCN_NODE_PART__NAME`, with two underscores between the two. Relative paths are relative
to the directory that the node is started in. A setting that nobody knows is refused, so a typing error
does not pass unnoticed.

Settings marked **secret** are never printed or logged; most have a twin `..._file` that names a file
instead, which is the better place. Only one of the two may be set.
"""

_TYPES = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "boolean",
    Path: "path",
    SecretStr: "text, **secret**",
    list[str]: "list of texts",
}


def configuration_page() -> str:
    """Return the page."""
    prefix = str(NodeConfig.model_config.get("env_prefix", ""))
    parts = [_OPENING]
    own = {name: field for name, field in NodeConfig.model_fields.items() if _section(field) is None}
    parts.append("## The node itself\n\n" + _table(own, "", prefix))
    for name, field in NodeConfig.model_fields.items():
        section = _section(field)
        if section is None:
            continue
        table = _table(section.model_fields, f"{name}.", f"{prefix}{name.upper()}__")
        parts.append(f"## {name}\n\n{_first_lines(section)}\n\n{table}")
    return "\n".join(parts)


def settings() -> Iterator[tuple[str, str]]:
    """Name every setting, as in a file and as a variable."""
    prefix = str(NodeConfig.model_config.get("env_prefix", ""))
    for name, field in NodeConfig.model_fields.items():
        section = _section(field)
        if section is None:
            yield name, f"{prefix}{name.upper()}"
            continue
        for inner in section.model_fields:
            yield f"{name}.{inner}", f"{prefix}{name.upper()}__{inner.upper()}"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _first_lines(section: type[BaseModel]) -> str:
    return " ".join((section.__doc__ or "").split())


def _table(fields: dict[str, FieldInfo], path: str, variable: str) -> str:
    rows = ["| setting | type | default | meaning | variable |", "|---|---|---|---|---|"]
    for name, field in fields.items():
        cells = (
            f"`{path}{name}`",
            _type(field),
            _default(field),
            (field.description or "").replace("|", "\\|"),
            f"`{variable}{name.upper()}`",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _type(field: FieldInfo) -> str:
    kind: Any = field.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"one of {', '.join(f'`{value}`' for value in kind)}"
    bounds = ", ".join(_bounds(field))
    return f"{_TYPES[kind]}, {bounds}" if bounds else _TYPES[kind]


def _bounds(field: FieldInfo) -> Iterator[str]:
    for limit in field.metadata:
        match limit:
            case Ge(ge=bound):
                yield f"≥ {bound}"
            case Gt(gt=bound):
                yield f"> {bound}"
            case Le(le=bound):
                yield f"≤ {bound}"
            case Lt(lt=bound):
                yield f"< {bound}"
            case _ if pattern := getattr(limit, "pattern", None):
                escaped = str(pattern).replace("|", "\\|")
                yield f"matches `{escaped}`"
            case _ if longest := getattr(limit, "max_length", None):
                yield f"at most {longest} characters"
            case _:
                raise TypeError(f"a bound that this page cannot show: {limit!r}")


def _default(field: FieldInfo) -> str:
    default = field.default
    if default is PydanticUndefined:
        return "**required**"
    if default is None:
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"
