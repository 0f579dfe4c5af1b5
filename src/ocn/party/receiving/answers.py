"""From a handler's return value to an OCPI answer, one function per shape of request."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

import msgspec

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.links import format_next_link
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.statuses import Status
from ocn.party.errors import AddressNotAllowed
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery, Page
from ocn.party.outcomes import Outcome
from ocn.party.request import Request
from ocn.party.sending.reach import Reach


@dataclass(frozen=True, slots=True)
class Followup:
    """What is still owed after the answer: post what ``outcome.later`` returns to ``response_url``."""

    request: Request
    response_url: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is signed and written; leave ``data`` unset to send none."""

    data: object = msgspec.UNSET
    http_status: int = 200
    status_code: int = Status.SUCCESS
    status_message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    followup: Followup | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What this party allows: the size of a page, and the addresses it may be told to call."""

    page_size: int
    reach: Reach


Method: TypeAlias = Callable[..., Awaitable[Any]]
Shape: TypeAlias = Callable[[Method, Request, "Terms"], Awaitable[Answer]]
"""A handler's bound method, the request, and the terms of this party."""


async def a_list(method: Method, request: Request, terms: Terms) -> Answer:
    """One page, with the address of the next."""
    query = ListQuery.read(request.query, most=terms.page_size)
    page: Page[object] = await method(request, query)
    headers = {h.TOTAL_COUNT: str(page.total), h.LIMIT: str(terms.page_size)}
    end = query.offset + len(page.items)
    if page.items and end < page.total:
        position = query.parameters() | {"offset": str(end)}
        headers[h.LINK] = format_next_link(f"{request.endpoint}?{urlencode(position)}")
    return Answer(list(page.items), headers=headers)


async def an_object(method: Method, request: Request, _: Terms) -> Answer:
    """An object of this party's own."""
    return _found(await method(request, *request.path))


async def a_stored_object(method: Method, request: Request, _: Terms) -> Answer:
    """An object of somebody else's that is kept here."""
    return _found(await method(request, _owner(request), *request.path[2:], *_token_type(request)))


async def a_put(method: Method, request: Request, _: Terms) -> Answer:
    """A whole object of the sender's."""
    owner, value = _owner(request), request.json()
    _agree(request, owner, value)
    new = await method(request, owner, *request.path[2:], *_token_type(request), value)
    return Answer(http_status=201 if new else 200)


async def a_patch(method: Method, request: Request, _: Terms) -> Answer:
    """Some members of an object of the sender's."""
    owner, value = _owner(request), request.json()
    if not isinstance(value.get("last_updated"), str):
        raise InvalidParameters("a PATCH must have last_updated")
    _agree(request, owner, value)
    await method(request, owner, *request.path[2:], *_token_type(request), value)
    return Answer()


async def a_deletion(method: Method, request: Request, _: Terms) -> Answer:
    """The end of an object of the sender's."""
    if await method(request, _owner(request), *request.path[2:]) is False:
        raise UnknownObject("nothing is stored under this address")
    return Answer()


async def a_cdr(method: Method, request: Request, _: Terms) -> Answer:
    """A CDR to keep; the answer says where."""
    cdr = request.json()
    owner, cdr_id = _stated_owner(cdr) or request.sender, cdr.get("id")
    if not isinstance(cdr_id, str) or not cdr_id:
        raise InvalidParameters("a CDR must have an id")
    _from_owner(request, owner)
    await method(request, cdr)
    steps = (owner.country_code, owner.party_id, cdr_id)
    location = "/".join([request.endpoint, *(quote(step, safe="") for step in steps)])
    return Answer(http_status=201, headers={h.LOCATION: location})


async def preferences(method: Method, request: Request, _: Terms) -> Answer:
    """What the driver wants of smart charging."""
    return Answer(await method(request, request.path[0], request.json()))


async def an_authorization(method: Method, request: Request, _: Terms) -> Answer:
    """May this token charge."""
    location = request.json() if request.body.strip() else None
    return Answer(await method(request, request.path[0], *_token_type(request, always=True), location))


async def a_command(method: Method, request: Request, terms: Terms) -> Answer:
    """A command with its ``response_url`` in the body."""
    command = request.json()
    response_url = _callback(command, terms)
    return _outcome(request, response_url, await method(request, command))


async def a_profile_to_set(method: Method, request: Request, terms: Terms) -> Answer:
    """A charging profile with its ``response_url`` in the body."""
    body = request.json()
    response_url = _callback(body, terms)
    return _outcome(request, response_url, await method(request, request.path[0], body))


async def a_profile_to_get(method: Method, request: Request, terms: Terms) -> Answer:
    """The active profile is asked for, with the ``response_url`` in the query."""
    response_url = _callback(request.query, terms)
    duration = request.query.get("duration", "")
    if not (duration.isascii() and duration.isdigit()):
        raise InvalidParameters("duration must be a whole number of seconds")
    outcome = await method(request, request.path[0], int(duration))
    return _outcome(request, response_url, outcome)


async def a_profile_to_clear(method: Method, request: Request, terms: Terms) -> Answer:
    """The profile is to go, with the ``response_url`` in the query."""
    response_url = _callback(request.query, terms)
    return _outcome(request, response_url, await method(request, request.path[0]))


async def a_report(method: Method, request: Request, _: Terms) -> Answer:
    """The CPO tells the active profile of its own accord."""
    await method(request, request.path[0], request.json())
    return Answer()


async def client_info(method: Method, request: Request, _: Terms) -> Answer:
    """The node tells how a party stands; there is no sender to agree with."""
    owner = _party(request.path[0], request.path[1])
    return Answer(http_status=201 if await method(request, owner, request.json()) else 200)


async def stored_client_info(method: Method, request: Request, _: Terms) -> Answer:
    """The node asks what it told."""
    return _found(await method(request, _party(request.path[0], request.path[1])))


def _found(value: object) -> Answer:
    if value is None:
        raise UnknownObject("nothing is stored under this address")
    return Answer(value)


def _outcome(request: Request, response_url: str, outcome: Outcome) -> Answer:
    data: JsonObject = {"result": outcome.result, "timeout": outcome.timeout_s}
    if outcome.messages:
        data["message"] = [{"language": "en", "text": text} for text in outcome.messages]
    if outcome.result != "ACCEPTED":
        return Answer(data)
    return Answer(data, followup=Followup(request, response_url, outcome))


def _callback(where: Mapping[str, Any], terms: Terms) -> str:
    """Return the response_url before any handler acts; a peer chose it, so it must be within reach."""
    response_url = where.get("response_url")
    if not isinstance(response_url, str) or not response_url:
        raise InvalidParameters("a response_url is missing")
    try:
        return terms.reach.require(response_url)
    except AddressNotAllowed as error:
        raise InvalidParameters(f"response_url: {error.message}") from error


def _party(country_code: str, party_id: str) -> PartyId:
    try:
        return PartyId(country_code, party_id)
    except ValueError as error:
        raise InvalidParameters(f"the address names no party: {error}") from error


def _owner(request: Request) -> PartyId:
    owner = _party(request.path[0], request.path[1])
    if request.method != "GET":
        _from_owner(request, owner)
    return owner


def _from_owner(request: Request, owner: PartyId) -> None:
    if owner != request.sender and not request.from_hub:
        raise InvalidParameters(f"{request.sender} may not write what belongs to {owner}")


def _stated_owner(value: JsonObject) -> PartyId | None:
    country_code, party_id = value.get("country_code"), value.get("party_id")
    if isinstance(country_code, str) and isinstance(party_id, str):
        return _party(country_code, party_id)
    return None


def _agree(request: Request, owner: PartyId, value: JsonObject) -> None:
    """Refuse an object that says of itself another owner or id than the address does."""
    if len(request.path) == 3 and (_stated_owner(value) or owner) != owner:
        raise InvalidParameters("owner in the address and in the object differ")
    stated = value.get("uid" if request.module == "tokens" or len(request.path) == 4 else "id")
    if isinstance(stated, str) and stated.casefold() != request.path[-1].casefold():
        raise InvalidParameters("id in the address and in the object differ")


def _token_type(request: Request, *, always: bool = False) -> tuple[str, ...]:
    return (request.query.get("type", "RFID"),) if always or request.module == "tokens" else ()
