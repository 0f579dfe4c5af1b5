"""Text that somebody wrote for a planner: site, price and plan files."""

import stat
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from ocn.bounded import bounded_file
from ocn.errors import ConfigurationError
from ocn.smart_charging.numbers import printable

_MOST_BYTES = 64_000_000


def text_of(file: Path, most_bytes: int = _MOST_BYTES) -> str:
    """Return what a file says, without the mark that some editors begin UTF-8 with.

    Raises:
        ConfigurationError: it cannot be read, is no UTF-8, or is too large.
    """
    shown = printable(str(file))
    try:
        if _would_wait(file):
            raise ConfigurationError(f"{shown} cannot be read: it is a pipe, which may never say anything")
        content = bounded_file(file, most_bytes)
        if content is None:
            raise ConfigurationError(f"{shown} is larger than {most_bytes} bytes")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{shown} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{shown} is no text in UTF-8") from error


def _would_wait(file: Path) -> bool:
    try:
        return stat.S_ISFIFO(file.stat().st_mode)
    except (OSError, ValueError):
        return False


def read_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text says; its floats are decimals, and one larger than any is infinite.

    Raises:
        ValueError: it is no TOML, or nested too deep.
    """
    try:
        return tomllib.loads(text, parse_float=_numeral)
    except RecursionError as error:
        raise ValueError(str(error)) from error


def _numeral(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal(float(text))
