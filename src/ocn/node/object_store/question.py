"""What the query of a list asks for (OCPI 2.2.1 transport_and_format, Pagination). Pure."""

from dataclasses import dataclass
from datetime import datetime

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.queries import moment_in, number_in, read_parameters

_NAMES = frozenset({"limit", "offset", "date_from", "date_to", "cursor"})


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
        InvalidParameters: a parameter that cannot be what it should, or is there twice.
    """
    parameters = read_parameters(query, _NAMES)
    limit = min(number_in(parameters, "limit", most), most)
    if limit < 1:
        raise InvalidParameters("limit is at least 1")
    return Question(
        limit=limit,
        offset=number_in(parameters, "offset", 0),
        updated_from=moment_in(parameters, "date_from"),
        updated_to=moment_in(parameters, "date_to"),
        cursor=parameters.get("cursor"),
    )
