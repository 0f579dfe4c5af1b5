"""A crawl is the whole list, whatever the page sizes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.links import format_next_link, next_link
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.party import Answer, ListQuery, Page, Request
from ocn.party.errors import AddressNotAllowed, AnswerUnusable
from ocn.party.receiving.answers import Terms, a_list
from ocn.party.receiving.asgi import read_query
from ocn.party.sending.reach import Reach

START = datetime(2026, 1, 1, tzinfo=UTC)


def request_for(query: str) -> Request:
    return Request(
        method="GET",
        endpoint="http://cpo.test/ocpi/2.2.1/sender/locations",
        module="locations",
        interface_role=InterfaceRole.SENDER,
        path=(),
        query=read_query(query),
        headers={},
        body=b"",
        request_id="r",
        correlation_id="c",
        sender=PartyId("NL", "MSP"),
        receiver=PartyId("DE", "CPO"),
        from_hub=False,
        caller=None,  # type: ignore[arg-type]  # lists do not talk back
    )


@given(
    ages=st.lists(st.integers(0, 50), max_size=60),
    limit=st.none() | st.integers(1, 70),
    cap=st.integers(1, 70),
    offset=st.integers(0, 70),
    window=st.none() | st.tuples(st.integers(0, 50), st.integers(0, 50)),
)
async def test_crawl_with_any_page_size_yields_each_matching_object_once(
    ages: list[int], limit: int | None, cap: int, offset: int, window: tuple[int, int] | None
) -> None:
    moments = [START + timedelta(minutes=age) for age in ages]
    objects = [
        {"id": n, "last_updated": moment.isoformat().replace("+00:00", "Z")}
        for n, moment in enumerate(moments)
    ]

    async def method(request: Request, query: ListQuery) -> Page[dict[str, Any]]:
        return Page.of(objects, query)

    expected, query = objects, f"offset={offset}"
    if limit is not None:
        query += f"&limit={limit}"
    if window is not None:
        since, until = (START + timedelta(minutes=edge) for edge in window)
        expected = [o for o, moment in zip(objects, moments, strict=True) if since <= moment < until]
        query += f"&date_from={since:%Y-%m-%dT%H:%M:%SZ}&date_to={until:%Y-%m-%dT%H:%M:%SZ}"
    found: list[Any] = []
    url: str | None = f"?{query}"
    while url is not None:
        answer = await a_list(
            method, request_for(url.partition("?")[2]), Terms(cap, Reach(["http://n.test"]))
        )
        assert isinstance(answer.data, list)
        assert len(answer.data) <= min(limit or cap, cap)
        assert answer.headers["x-total-count"] == str(len(expected))
        found += answer.data
        url = next_link(answer.headers.get("link", ""))
    assert found == expected[offset:]


@pytest.mark.parametrize(
    "query",
    [
        "offset=-1",
        "limit=x",
        "limit=%D9%A3",
        "offset=9999999999999",
        "date_from=yesterday",
        "date_to=2026-01-01T00:00:00%2B02:00",
    ],
)
def test_malformed_parameter_is_refused(query: str) -> None:
    with pytest.raises(InvalidParameters):
        ListQuery.read(read_query(query), most=10)


async def test_crawl_ends_when_a_server_counts_more_than_it_has(make_pair: Any) -> None:
    class Boaster:
        async def list_locations(self, request: Request, query: ListQuery) -> Page[Any]:
            return Page([{"id": "A"}] if query.offset < 2 else [], 10**6)

    pair = await make_pair([Boaster()])
    assert len([item async for item in pair.emsp.client.to("DE CPO").locations(limit=1)]) == 2


async def test_crawl_that_goes_in_circles_or_is_no_list_is_an_error(make_pair: Any) -> None:
    async def circle(request: Request) -> Answer:
        link = format_next_link(f"{request.endpoint}?page=1")
        return Answer([1], headers={"link": link})

    async def no_list(request: Request) -> Answer:
        return Answer({})

    sender = InterfaceRole.SENDER
    pair = await make_pair(
        cpo={"custom_modules": {("decpo-circle", sender): circle, ("decpo-object", sender): no_list}}
    )
    to = pair.emsp.client.to("DE CPO")
    for module, reason in (("decpo-circle", "circles"), ("decpo-object", "no list")):
        with pytest.raises(AnswerUnusable, match=reason):
            async for _ in to.pages(module):
                pass


async def test_page_link_outside_the_node_is_not_followed(make_pair: Any) -> None:
    async def elsewhere(request: Request) -> Answer:
        return Answer([1], headers={"link": format_next_link("http://169.254.169.254/latest")})

    pair = await make_pair(cpo={"custom_modules": {("decpo-x", InterfaceRole.SENDER): elsewhere}})
    with pytest.raises(AddressNotAllowed):
        async for _ in pair.emsp.client.to("DE CPO").pages("decpo-x"):
            pass
