"""Parameters in a query, read within bounds (OCPI 2.2.1 transport_and_format, Pagination)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.timestamps import parse_datetime

_MOST_PARAMETERS = 50
_LARGEST = 2**31


def read_parameters(query: str, names: Collection[str]) -> dict[str, str]:
    """Return the parameters of these names that have a value; all others are passed over.

    Raises:
        InvalidParameters: too many parameters, or one of the names is there twice.
    """
    try:
        pairs = parse_qsl(query, max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise InvalidParameters(f"the query has more than {_MOST_PARAMETERS} parameters") from error
    found: dict[str, str] = {}
    for name, text in pairs:
        if name not in names:
            continue
        if name in found:
            raise InvalidParameters(f"{name} is there twice")
        found[name] = text
    return found


def number_in(parameters: Mapping[str, str], name: str, usual: int, *, largest: int = _LARGEST) -> int:
    """Return a number from 0 to ``largest``; ``usual`` where there is none.

    Raises:
        InvalidParameters: no number, or a larger one.
    """
    text = parameters.get(name)
    if not text:
        return usual
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(largest))
    if not is_number or (number := int(text)) > largest:
        raise InvalidParameters(f"{name} is a whole number up to {largest}, not {text[:20]!r}")
    return number


def moment_in(parameters: Mapping[str, str], name: str) -> datetime | None:
    """Return a moment; None where there is none. A ``+`` that nobody escaped is read as one.

    Raises:
        InvalidParameters: no moment in UTC.
    """
    text = parameters.get(name)
    if not text:
        return None
    try:
        return parse_datetime(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidParameters(f"{name} is a moment in UTC such as 2026-01-31T08:00:00Z") from error
