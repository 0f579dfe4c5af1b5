"""What the query of a list asks for (OCPI 2.2.1 transport_and_format, Pagination). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.timestamps import parse_datetime

_MOST_PARAMETERS = 50
_LARGEST = 2**31


@dataclass(frozen=True, slots=True)
class Question:
    """A list from an offset on, or, when there is a cursor, what that one says and nothing else."""

    limit: int
    offset: int = 0
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    cursor: str | None = None


def read_question(query: str, *, most: int) -> Question:
    """Read a query; unknown parameters are passed over, a limit beyond ``most`` is lowered to it.

    Raises:
        InvalidParameters: a parameter that cannot be what it should.
    """
    try:
        parameters = dict(parse_qsl(query, max_num_fields=_MOST_PARAMETERS))
    except ValueError as error:
        raise InvalidParameters("the query has too many parameters") from error
    limit = min(_number(parameters, "limit", most), most)
    if limit < 1:
        raise InvalidParameters("limit is at least 1")
    return Question(
        limit=limit,
        offset=_number(parameters, "offset", 0),
        updated_from=_moment(parameters, "date_from"),
        updated_to=_moment(parameters, "date_to"),
        cursor=parameters.get("cursor"),
    )


def _number(parameters: Mapping[str, str], name: str, usual: int) -> int:
    text = parameters.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(_LARGEST)):
        raise InvalidParameters(f"{name} is a whole number, not {text[:20]!r}")
    return min(int(text), _LARGEST)


def _moment(parameters: Mapping[str, str], name: str) -> datetime | None:
    text = parameters.get(name)
    if not text:
        return None
    try:
        return parse_datetime(text)
    except ValueError as error:
        raise InvalidParameters(f"{name} is a moment in UTC such as 2026-01-31T08:00:00Z") from error
