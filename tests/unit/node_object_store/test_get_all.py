"""GET ALL (HUB-50 to HUB-54), over the store in memory."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.integration.node_object_store.conftest import (
    CPO,
    EMSP,
    NOON,
    OTHER_CPO,
    OTHER_EMSP,
    FakeClock,
    put,
)

from ocn.conversion.policy import REFUSING
from ocn.node.converting.stored import conversion_of_stored
from ocn.node.object_store.cursor import Cursors
from ocn.node.object_store.lists import ListAnswer, ListLimits, StoredLists
from ocn.node.object_store.model import StoredObject
from ocn.node.storage import MemoryObjectStore
from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.links import next_link
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

ENDPOINT = "https://node.example/ocpi/sender/2.2.1/locations"


class Hub:
    """A store with lists over it, in which CPOs share with everybody but CPOs."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FakeClock()
        self.store = MemoryObjectStore(self.clock)
        self.offline: set[PartyId] = set()
        self.lists = StoredLists(
            store=self.store,
            cursors=Cursors(bytes(32), timedelta(hours=1)),
            clock=self.clock,
            sees=lambda viewer, owner, _: viewer not in (CPO, OTHER_CPO) and viewer != owner,
            reachable=lambda owner: owner not in self.offline,
            **settings,
        )

    async def get(self, query: str = "", requester: PartyId = EMSP, module: str = "locations") -> ListAnswer:
        return await self.lists.answer(requester, module, VersionNumber.V2_2_1, query, endpoint=ENDPOINT)

    async def crawl(self, query: str = "", requester: PartyId = EMSP) -> list[list[str]]:
        pages = []
        for _ in range(20):
            answer = await self.get(query, requester)
            pages.append(ids(answer))
            url = next_link(answer.headers["link"]) if "link" in answer.headers else None
            if url is None:
                return pages
            assert len(url) <= 255
            assert url.startswith(f"{ENDPOINT}?")
            query = url.partition("?")[2]
        raise AssertionError("the list has no end")


def ids(answer: ListAnswer) -> list[str]:
    return [item["id"] for item in msgspec.json.decode(answer.body)["data"]]


def said(answer: ListAnswer) -> str | None:
    message: str | None = msgspec.json.decode(answer.body).get("status_message")
    return message


async def test_hub_50_list_is_an_envelope_of_the_objects_as_they_were_written() -> None:
    hub = Hub()
    pushes = [put("LOC1", price=1.5), put("LOC2", owner=OTHER_CPO, x_custom={"a": [1]})]
    await hub.store.apply(pushes)
    answer = await hub.get()
    assert answer.body.startswith(
        b'{"data":[' + pushes[0].body + b"," + pushes[1].body + b'],"status_code":1000'
    )
    assert answer.headers == {"x-total-count": "2", "x-limit": "100"}


async def test_hub_50_empty_list_is_an_empty_array() -> None:
    answer = await Hub().get()
    assert msgspec.json.decode(answer.body)["data"] == []
    assert answer.headers["x-total-count"] == "0"


async def test_hub_51_objects_of_several_owners_come_in_one_list() -> None:
    hub = Hub()
    await hub.store.apply([put("A"), put("B", owner=OTHER_CPO), put("C")])
    found = msgspec.json.decode((await hub.get()).body)["data"]
    assert [(item["party_id"], item["id"]) for item in found] == [("CPX", "A"), ("CPO", "B"), ("CPX", "C")]


async def test_hub_12_what_was_sent_to_one_party_is_in_nobody_elses_list() -> None:
    hub = Hub()
    await hub.store.apply([put("A"), put("B", audience=EMSP)])
    assert ids(await hub.get()) == ["A", "B"]
    answer = await hub.get(requester=OTHER_EMSP)
    assert (ids(answer), answer.headers["x-total-count"]) == (["A"], "1")


async def test_hub_13_own_version_of_an_object_wins_and_is_counted_once() -> None:
    hub = Hub()
    await hub.store.apply([put("A", name="all"), put("A", audience=EMSP, name="you"), put("B")])
    answer = await hub.get()
    found = {item["id"]: item.get("name") for item in msgspec.json.decode(answer.body)["data"]}
    assert (found, answer.headers["x-total-count"]) == ({"A": "you", "B": None}, "2")


async def test_hub_53_crawl_meets_each_object_once_oldest_first_and_ends() -> None:
    hub = Hub()
    names = [f"LOC{number:02}" for number in range(25)]
    await hub.store.apply([put(name) for name in names])
    pages = await hub.crawl("limit=10")
    assert pages == [names[:10], names[10:20], names[20:]]
    assert (await hub.crawl("limit=25")) == [names]


async def test_hub_53_order_stays_when_objects_change_and_come_during_a_crawl() -> None:
    hub = Hub()
    await hub.store.apply([put(name) for name in "ABCD"])
    first = await hub.get("limit=2")
    await hub.store.apply([put("A", name="changed"), put("E")])
    link = next_link(first.headers["link"])
    assert link is not None
    assert ids(first) == ["A", "B"]
    assert await hub.crawl(link.partition("?")[2]) == [["C", "D"], ["E"]]


async def test_hub_53_offset_works_and_continues_by_cursor() -> None:
    hub = Hub()
    await hub.store.apply([put(name) for name in "ABCDE"])
    assert await hub.crawl("offset=1&limit=2") == [["B", "C"], ["D", "E"]]
    assert await hub.crawl("offset=9") == [[]]


async def test_hub_53_limit_is_capped_and_the_cap_is_told() -> None:
    hub = Hub(limits=ListLimits(objects=2))
    await hub.store.apply([put(name) for name in "ABC"])
    answer = await hub.get("limit=1000")
    assert (ids(answer), answer.headers["x-limit"]) == (["A", "B"], "2")


async def test_hub_53_page_is_bounded_in_bytes() -> None:
    hub = Hub(limits=ListLimits(bytes=1000))
    await hub.store.apply([put(name, text="x" * 400) for name in "ABC"])
    assert await hub.crawl() == [["A"], ["B"], ["C"]] or await hub.crawl() == [["A", "B"], ["C"]]


async def test_hub_53_owner_that_cannot_be_reached_is_named_with_the_moment() -> None:
    hub = Hub()
    await hub.store.apply([put("A"), put("B", owner=OTHER_CPO)])
    assert said(await hub.get()) is None
    hub.offline.add(CPO)
    assert said(await hub.get()) == "objects of NL CPX are as of 2026-06-01T12:00:00.000Z"


async def test_hub_53_message_about_many_owners_stays_a_string_of_255() -> None:
    hub = Hub()
    owners = [PartyId("NL", f"C{number:02}") for number in range(20)]
    await hub.store.apply([put("A", owner=owner) for owner in owners])
    hub.offline.update(owners)
    message = said(await hub.get())
    assert message is not None
    assert len(message) <= 255
    assert message.endswith("; and more")


async def test_d9_changed_in_part_is_named() -> None:
    hub = Hub()
    await hub.store.apply([put("A", evses=[]), put("A", method="PATCH", evses=[{"uid": "E"}])])
    assert said(await hub.get()) == "1 objects of NL CPX were changed in part and not yet fetched again"


async def test_hub_54_poll_finds_what_arrived_late_though_it_is_old() -> None:
    hub = Hub()
    await hub.store.apply([put("EARLY")])
    last_poll = hub.clock.later(hours=1)
    hub.clock.later(minutes=1)
    await hub.store.apply([put("LATE", at="2020-01-01T00:00:00Z")])
    answer = await hub.get(f"date_from={_text(last_poll)}")
    assert (ids(answer), answer.headers["x-total-count"]) == (["LATE"], "1")


async def test_hub_54_last_updated_stays_the_owners() -> None:
    hub = Hub()
    await hub.store.apply([put("A", at="2020-01-01T00:00:00.123Z")])
    assert b'"last_updated":"2020-01-01T00:00:00.123Z"' in (await hub.get()).body


async def test_date_from_is_inclusive_and_date_to_exclusive() -> None:
    hub = Hub()
    later = [NOON + timedelta(days=number) for number in range(1, 4)]
    await hub.store.apply([put(f"L{number}", at=moment) for number, moment in enumerate(later)])
    assert ids(await hub.get(f"date_from={_text(later[1])}")) == ["L1", "L2"]
    assert ids(await hub.get(f"date_from={_text(later[0])}&date_to={_text(later[2])}")) == ["L0", "L1"]


async def test_filters_and_total_are_kept_along_the_crawl() -> None:
    hub = Hub()
    await hub.store.apply([put("OLD")])
    since = hub.clock.later(hours=1)
    await hub.store.apply([put(name) for name in "ABC"])
    assert await hub.crawl(f"date_from={_text(since)}&limit=2") == [["A", "B"], ["C"]]
    first = await hub.get(f"date_from={_text(since)}&limit=2")
    link = next_link(first.headers["link"])
    assert link is not None
    second = await hub.get(link.partition("?")[2])
    assert [page.headers["x-total-count"] for page in (first, second)] == ["3", "3"]


async def test_owner_whose_role_does_not_fit_is_not_shown() -> None:
    hub = Hub()
    await hub.store.apply([put("A"), put("B", audience=OTHER_CPO)])
    answer = await hub.get(requester=OTHER_CPO)
    assert (ids(answer), answer.headers["x-total-count"]) == (["B"], "1")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=x", "offset=-1", "offset=1e3", "date_from=yesterday", "cursor=x",
     "date_to=2026-01-01T00:00:00%2B02:00", "&".join(f"a{n}=1" for n in range(60))],
)  # fmt: skip
async def test_query_that_cannot_be_is_2001(query: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        await Hub().get(query)
    assert caught.value.status_code == 2001


async def test_cursor_of_another_party_is_2001() -> None:
    hub = Hub()
    await hub.store.apply([put("A"), put("B")])
    link = next_link((await hub.get("limit=1")).headers["link"])
    assert link is not None
    with pytest.raises(InvalidParameters, match="begin the list again"):
        await hub.get(link.partition("?")[2], requester=OTHER_EMSP)


async def test_object_of_another_version_goes_through_the_conversion() -> None:
    def convert(stored: StoredObject, version: VersionNumber) -> bytes | None:
        return b'{"id":"converted"}' if stored.object_id == "A" and version is VersionNumber.V2_2_1 else None

    hub = Hub(convert=convert)
    await hub.store.apply([put("A", version=VersionNumber.V2_1_1), put("B", version=VersionNumber.V2_1_1)])
    answer = await hub.get()
    assert ids(answer) == ["converted"]
    assert said(answer) == "1 object of this page cannot be expressed in OCPI 2.2.1"


async def test_hub_61_location_of_another_version_is_converted_and_keeps_what_it_says() -> None:
    hub = Hub(convert=conversion_of_stored(REFUSING))
    await hub.store.apply([put("A", version=VersionNumber.V2_2, name="Gent", x_custom=1.5)])
    answer = await hub.lists.answer(EMSP, "locations", VersionNumber.V2_3_0, "", endpoint=ENDPOINT)
    [found] = msgspec.json.decode(answer.body)["data"]
    assert (found["id"], found["name"], found["x_custom"]) == ("A", "Gent", 1.5)
    assert said(answer) is None


async def test_d8_tariff_whose_meaning_would_change_is_left_out_and_counted() -> None:
    hub = Hub(convert=conversion_of_stored(REFUSING))
    elements = [{"price_components": [{"type": "ENERGY", "price": 0.25, "step_size": 1}]}]
    tariff = put("A", module="tariffs", version=VersionNumber.V2_3_0, elements=elements, tax_included="YES")
    await hub.store.apply([tariff])
    answer = await hub.lists.answer(EMSP, "tariffs", VersionNumber.V2_2_1, "", endpoint=ENDPOINT)
    assert msgspec.json.decode(answer.body)["data"] == []
    assert said(answer) == "1 object of this page cannot be expressed in OCPI 2.2.1"


@pytest.mark.parametrize(
    ("path", "data"),
    [("/LOC1/E1", {"uid": "E1", "connectors": [{"id": "1"}]}), ("/loc1/e1/1", {"id": "1"})],
)
async def test_get_of_a_part_of_one_object_is_its_bytes(path: str, data: dict[str, object]) -> None:
    hub = Hub()
    await hub.store.apply([put("LOC1", evses=[{"uid": "E1", "connectors": [{"id": "1"}]}])])
    answer = await hub.lists.one(EMSP, "locations", VersionNumber.V2_2_1, path)
    assert msgspec.json.decode(answer.body)["data"] == data


async def test_get_of_one_object_with_two_owners_asks_for_the_owner() -> None:
    hub = Hub()
    await hub.store.apply([put("LOC1"), put("LOC1", owner=OTHER_CPO)])
    with pytest.raises(InvalidParameters, match="address the owner"):
        await hub.lists.one(EMSP, "locations", VersionNumber.V2_2_1, "/LOC1")


@pytest.mark.parametrize("path", ["/LOC2", "/LOC1/E2", "/LOC1/E1/2"])
async def test_get_of_what_is_not_here_is_404(path: str) -> None:
    hub = Hub()
    await hub.store.apply([put("LOC1", evses=[{"uid": "E1"}])])
    with pytest.raises(UnknownObject):
        await hub.lists.one(EMSP, "locations", VersionNumber.V2_2_1, path)


async def test_get_of_one_object_that_is_for_others_is_404() -> None:
    hub = Hub()
    await hub.store.apply([put("LOC1"), put("LOC2", audience=OTHER_EMSP)])
    for requester, path in ((OTHER_CPO, "/LOC1"), (EMSP, "/LOC2")):
        with pytest.raises(UnknownObject):
            await hub.lists.one(requester, "locations", VersionNumber.V2_2_1, path)


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
