"""Read the settings, and say in plain words what is wrong with them."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from ocn.errors import ConfigurationError
from ocn.node.config.node_config import PREFIX, NodeConfig

# Kubernetes and Docker tell a container where a service called ocn-node is, in variables of our prefix.
_OF_A_SERVICE: Final = re.compile(
    r"SERVICE_(HOST|PORT\w*)=.*|PORT(_\d+_(TCP|UDP))?=(tcp|udp)://.*|PORT_\d+_\w+=.*"
)


def load_config(file: Path | None) -> NodeConfig:
    """Read the settings.

    Raises:
        ConfigurationError: no such file, no TOML, or a setting or a variable ``OCN_NODE_...`` is missing,
            unknown or malformed. The message names it and never shows a secret.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text())
        except OSError as error:
            raise ConfigurationError(f"cannot read {file}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{file} is not TOML: {error}") from error
    problems = [*_unknown_variables(os.environ)]
    try:
        if not problems:
            return NodeConfig(**values)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_input=False, include_url=False)]
    raise ConfigurationError(
        f"settings: {'; '.join(problems)}", hint="docs/reference/configuration.md lists every setting"
    )


def _names() -> Iterator[str]:
    """Every setting as it stands in a file."""
    for name, field in NodeConfig.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from (f"{name}.{inner}" for inner in field.annotation.model_fields)
        else:
            yield name


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    known = [name.upper().replace(".", "__") for name in _names()]
    for variable, value in environment.items():
        name = variable.upper().removeprefix(PREFIX)
        if name == variable.upper() or name in known or _OF_A_SERVICE.fullmatch(f"{name}={value}"):
            continue
        yield f"{variable}: unknown variable{_nearest(name, known, PREFIX)}"


def _problem(detail: Mapping[str, Any]) -> str:
    """Say what is wrong with a setting, in words that do not need the library's manual."""
    name = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            said = f"unknown setting{_nearest(name, _names())}"
        case "missing":
            said = "must be set"
        case "value_error":
            said = str(detail["ctx"]["error"])
        case _:
            said = re.sub(r"^(Input|String|Value) should ", "must ", detail["msg"])
    return f"{name}: {said}" if name else said


def _nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.45)
    return f", did you mean {prefix}{near[0]}?" if near else ""
