"""The forms that lower a limit and end that: who may send them, and what may be in them.

A form of another site cannot be told from ours by what is in it, except for a token that only our pages show.
Where a browser says which site a form is from, that must be ours too.
"""

import secrets
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl

from starlette.requests import Request

from ocn.smart_charging.errors import SmartChargingError
from ocn.smart_charging.http_body import BodyRefused, read_body

MOST_KW = Decimal(100_000)
MOST_MINUTES = 24 * 60
_MOST_BYTES = 2_000
_MOST_FIELDS = 8
_MOST_S = 10
_MOST_DECIMALS = 3
_LONGEST_NUMBER = 12
_FORM = "application/x-www-form-urlencoded"


class FormRefused(SmartChargingError):
    """The form is not taken; ``status`` says in HTTP why, the message says it to whoever sent it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class WantedLimit:
    """What the form asks for: so many kW at the top of the site, for so many minutes from now on."""

    kw: Decimal
    minutes: int


class GridForm:
    """Reads the form; ``token`` stands in it, and is new with every start."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)

    async def read(self, request: Request) -> WantedLimit | None:
        """Read what was sent; None: what was lowered here is to end.

        Raises:
            FormRefused: it is not from a page of ours, too long, or no limit that can be meant.
        """
        _from_here(request)
        fields = await _fields(request)
        token = fields.pop("token", "")
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            raise FormRefused(403, "This form is from before the planner was started. Load the page again.")
        if fields.keys() == {"end"}:
            return None
        if unknown := fields.keys() - {"kw", "minutes"}:
            raise FormRefused(400, f"The form has {len(unknown)} fields that are not known.")
        return WantedLimit(_kw(fields.get("kw", "")), _minutes(fields.get("minutes", "")))


def _from_here(request: Request) -> None:
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    # a proxy may end TLS, so only the host is compared
    here = origin is None or origin.partition("://")[2].lower() == request.headers["host"].lower()
    if not here or site != "same-origin":
        raise FormRefused(403, "Forms of other sites are not taken.")


async def _fields(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise FormRefused(415, f"The form must come as {_FORM}.")
    body = await _body(request)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise FormRefused(400, "The form cannot be read.") from error
    if len(pairs) != len(dict(pairs)):
        raise FormRefused(400, "A field of the form is there twice.")
    return dict(pairs)


async def _body(request: Request) -> bytes:
    try:
        return await read_body(request, _MOST_BYTES, _MOST_S)
    except BodyRefused as error:
        raise FormRefused(error.status, error.message) from error


def _kw(text: str) -> Decimal:
    try:
        value = Decimal(text.strip()) if len(text) <= _LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= MOST_KW:
        raise FormRefused(400, f"The limit must be a number of kW from 0 to {MOST_KW}.")
    if value != value.quantize(Decimal(1).scaleb(-_MOST_DECIMALS)):
        raise FormRefused(400, f"The limit has more than {_MOST_DECIMALS} decimals.")
    return value


def _minutes(text: str) -> int:
    text = text.strip()
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    if not plain or not 1 <= int(text) <= MOST_MINUTES:
        raise FormRefused(400, f"The duration must be a whole number of minutes from 1 to {MOST_MINUTES}.")
    return int(text)
