"""What ``ObjectStore`` promises, kept by every kind."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration.node_object_store.conftest import (
    CPO,
    EMSP,
    NOON,
    OTHER_CPO,
    OTHER_EMSP,
    FakeClock,
    OpenStore,
    put,
)

from ocn.node.object_store.model import (
    EVERYONE,
    Bounds,
    Mark,
    ObjectKey,
    ObjectState,
    Outcome,
    Page,
    Selection,
    StoredObject,
)
from ocn.node.object_store.port import ObjectStore
from ocn.node.object_store.reading import read_push
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

ALL = Selection("locations", EVERYONE)


async def listed(
    store: ObjectStore,
    selection: Selection = ALL,
    *,
    after: int = 0,
    most: int = 1000,
    most_bytes: int = 10**9,
) -> list[StoredObject]:
    return (await store.page(selection, after=after, most=most, most_bytes=most_bytes)).objects


def ids(objects: list[StoredObject]) -> list[str]:
    return [stored.object_id for stored in objects]


async def test_put_is_read_back_byte_for_byte(store: ObjectStore) -> None:
    body = b'{"id":"LOC1","country_code":"nl","party_id":"cpx","x_unknown":[1.50, 2e3],"lat":"3.729944"}'
    push = read_push(
        "PUT",
        "locations",
        "/nl/cpX/LOC1",
        "",
        b"  " + body + b"\n",
        version=VersionNumber.V2_2_1,
        sender=PartyId("nl", "cpX"),
    )
    assert await store.apply([push]) == [Outcome.STORED]

    found = await store.get(ObjectKey("locations", "NLCPX", "LOC1"), EMSP)

    assert found is not None
    assert (found.body, str(found.owner), found.object_id) == (body, "nl cpX", "LOC1")
    assert (found.last_updated, found.arrived_at, found.state) == (NOON, NOON, ObjectState.LIVE)
    assert found.version is VersionNumber.V2_2_1


async def test_put_again_in_another_case_replaces_and_keeps_the_place(
    store: ObjectStore, clock: FakeClock
) -> None:
    await store.apply([put("LOC1"), put("LOC2")])
    clock.later(minutes=1)
    await store.apply([put("loc1", at="2026-02-01T00:00:00Z", name="new")])
    first, second = await listed(store)
    assert (first.object_id, second.object_id) == ("loc1", "LOC2")
    assert b'"name":"new"' in first.body
    assert (first.position, first.arrival) == (1, 3)
    assert first.arrived_at == NOON + timedelta(minutes=1)


async def test_same_put_twice_is_no_change(store: ObjectStore) -> None:
    await store.apply([put("LOC1")])
    assert await store.apply([put("LOC1")]) == [Outcome.UNCHANGED]
    assert await store.last_number() == 1


async def test_patch_merges_the_top_level_and_keeps_digits(store: ObjectStore) -> None:
    await store.apply([put("LOC1", name="old", price=1.10)])
    await store.apply([put("LOC1", method="PATCH", at="2026-03-01T00:00:00.5Z", name="new")])
    [found] = await listed(store)
    assert found.state is ObjectState.LIVE
    assert b'"name":"new","price":1.1' in found.body
    assert found.last_updated.isoformat() == "2026-03-01T00:00:00.500000+00:00"


async def test_d9_patch_of_an_array_replaces_it_and_marks_the_object(store: ObjectStore) -> None:
    await store.apply([put("LOC1", evses=[{"uid": "A"}, {"uid": "B"}])])
    await store.apply([put("LOC1", method="PATCH", evses=[{"uid": "C"}])])
    [found] = await listed(store)
    assert (found.state, b'"evses":[{"uid":"C"}]' in found.body) == (ObjectState.REFRESH, True)
    [tally] = await store.tallies("locations", EVERYONE)
    assert (tally.visible, tally.refresh) == (1, 1)

    await store.apply([put("LOC1", name="whole again")])
    [tally] = await store.tallies("locations", EVERYONE)
    assert tally.refresh == 0


async def test_patch_of_what_is_not_here_is_told(store: ObjectStore) -> None:
    assert await store.apply([put("LOC1", method="PATCH"), put("LOC1", parts="/A", uid="A")]) == [
        Outcome.MISSING,
        Outcome.MISSING,
    ]
    assert await listed(store) == []


async def test_patch_in_another_version_than_the_stored_is_told(store: ObjectStore) -> None:
    await store.apply([put("LOC1", version=VersionNumber.V2_2)])
    assert await store.apply([put("LOC1", method="PATCH")]) == [Outcome.MISSING]


async def test_put_of_an_evse_and_a_connector_goes_into_the_location_and_lifts_it(store: ObjectStore) -> None:
    later, latest = "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"
    await store.apply([put("LOC1", evses=[{"uid": "A", "last_updated": "2026-01-01T00:00:00Z"}])])
    outcomes = await store.apply(
        [
            put("LOC1", parts="/B", at=later, uid="B", status="AVAILABLE"),
            put("LOC1", parts="/a/1", at=latest, id="1", standard="CHADEMO"),
            put("LOC1", parts="/B", at=later, method="PATCH", status="CHARGING"),
        ]
    )
    assert outcomes == [Outcome.STORED] * 3
    [found] = await listed(store)
    assert found.body.endswith(
        b'"last_updated":"2026-03-01T00:00:00Z","evses":['
        b'{"uid":"A","last_updated":"2026-03-01T00:00:00Z",'
        b'"connectors":[{"last_updated":"2026-03-01T00:00:00Z","id":"1","standard":"CHADEMO"}]},'
        b'{"last_updated":"2026-02-01T00:00:00Z","uid":"B","status":"CHARGING"}]}'
    )
    assert found.last_updated.isoformat() == "2026-03-01T00:00:00+00:00"


async def test_patch_of_a_session_appends_charging_periods(store: ObjectStore) -> None:
    await store.apply([put("S1", module="sessions", charging_periods=[{"n": 1}], kwh=1.0)])
    more = put("S1", module="sessions", method="PATCH", charging_periods=[{"n": 2}], kwh=2.5)
    none = put("S1", module="sessions", method="PATCH", at="2026-02-01T00:00:00Z", charging_periods=[])
    await store.apply([more, none])
    [found] = await listed(store, Selection("sessions", EVERYONE))
    assert b'"charging_periods":[{"n":1},{"n":2}],"kwh":2.5' in found.body
    assert found.state is ObjectState.LIVE


async def test_post_of_a_cdr_is_stored_for_the_owner_it_names(store: ObjectStore) -> None:
    body = b'{"country_code":"NL","party_id":"CPX","id":"CDR1","last_updated":"2026-01-01T00:00:00Z"}'
    push = read_push("POST", "cdrs", "", "", body, version=VersionNumber.V2_2_1, sender=CPO, audience=EMSP)
    await store.apply([push])
    assert await store.owners_of("cdrs", "cdr1", EMSP) == [CPO]
    assert await store.owners_of("cdrs", "cdr1", OTHER_EMSP) == []


async def test_delete_of_a_tariff_takes_it_from_lists_and_leaves_a_trace(
    store: ObjectStore, clock: FakeClock
) -> None:
    tariff = Selection("tariffs", EVERYONE)
    await store.apply([put("T1", module="tariffs"), put("T2", module="tariffs")])
    withdrawn = put("T1", module="tariffs", method="DELETE")
    assert await store.apply([withdrawn, withdrawn]) == [Outcome.STORED, Outcome.UNCHANGED]
    assert ids(await listed(store, tariff)) == ["T2"]
    assert await store.owners_of("tariffs", "T1", EMSP) == []
    assert [stored.state for stored in (await store.changes(2, 10, 10**6)).objects] == [ObjectState.GONE]
    [tally] = await store.tallies("tariffs", EVERYONE)
    assert (tally.visible, tally.rows) == (1, 2)

    assert await store.prune(NOON) == 0
    assert await store.prune(clock.later(days=1)) == 1
    [tally] = await store.tallies("tariffs", EVERYONE)
    assert (tally.visible, tally.rows) == (1, 1)
    assert (await store.changes(2, 10, 10**6)).objects == []


async def test_tokens_of_one_uid_and_two_types_are_two(store: ObjectStore) -> None:
    rfid = put("U1", module="tokens", owner=EMSP, type="RFID", contract_id="DE-MSP-C1")
    app = put("U1", module="tokens", owner=EMSP, type="APP_USER", contract_id="DE-MSP-C2")
    await store.apply([rfid, app])
    assert [
        (await store.find("contracts", contract, CPO))[0].object_key
        for contract in ("de-msp-c1", "DE-MSP-C2")
    ] == [
        "U1 RFID",
        "U1 APP_USER",
    ]
    assert len(await store.find("tokens", "u1", CPO)) == 2
    assert await store.issuers_of("DE-MSP-C1", CPO) == [EMSP]


async def test_owners_of_an_evse_are_found_by_uid_and_evse_id_until_it_is_renamed(store: ObjectStore) -> None:
    await store.apply(
        [put("LOC1", evses=[{"uid": "u-1", "evse_id": "NL*CPX*E1"}]), put("LOC1", owner=OTHER_CPO)]
    )
    assert await store.owners_of("locations", "loc1", EMSP) == [CPO, OTHER_CPO]
    assert await store.owners_of("evses", "U-1", EMSP) == [CPO]
    assert await store.owners_of("evses", "nl*cpx*e1", EMSP) == [CPO]
    await store.apply([put("LOC1", evses=[{"uid": "u-2"}])])
    assert await store.owners_of("evses", "u-1", EMSP) == []
    assert await store.owners_of("evses", "u-2", EMSP) == [CPO]


async def test_hub_13_another_version_for_one_party_is_seen_by_it_alone(store: ObjectStore) -> None:
    await store.apply([put("LOC1", name="for all"), put("LOC2")])
    await store.apply([put("LOC1", audience=EMSP, name="for you"), put("LOC3", audience=EMSP)])

    seen = await listed(store, Selection("locations", EMSP.key))
    assert [(stored.object_id, stored.audience) for stored in seen] == [
        ("LOC2", ""),
        ("LOC1", EMSP.key),
        ("LOC3", EMSP.key),
    ]
    assert ids(await listed(store, Selection("locations", OTHER_EMSP.key))) == ["LOC1", "LOC2"]
    own = {tally.audience: tally for tally in await store.tallies("locations", EMSP.key)}
    assert (own[EVERYONE].visible, own[EMSP.key].visible, own[EMSP.key].shadows) == (2, 2, 1)
    key = ObjectKey("locations", CPO.key, "LOC1")
    assert [
        stored and stored.audience for stored in (await store.get(key, EMSP), await store.get(key, None))
    ] == [
        EMSP.key,
        EVERYONE,
    ]
    assert await store.get(ObjectKey("locations", CPO.key, "LOC3"), OTHER_EMSP) is None


async def test_shadows_are_counted_whichever_came_first(store: ObjectStore) -> None:
    async def shadows() -> list[int]:
        return [tally.shadows for tally in await store.tallies("tariffs", EMSP.key) if tally.audience]

    await store.apply([put("T1", module="tariffs", audience=EMSP)])
    assert await shadows() == [0]
    await store.apply([put("T1", module="tariffs")])
    assert await shadows() == [1]
    await store.apply([put("T1", module="tariffs", method="DELETE")])
    assert await shadows() == [0]
    assert ids(await listed(store, Selection("tariffs", EMSP.key))) == ["T1"]


async def test_hub_54_date_from_finds_what_arrived_late(store: ObjectStore, clock: FakeClock) -> None:
    await store.apply([put("OLD")])
    poll = clock.later(hours=1)
    await store.apply([put("LATE")])
    await store.apply([put("NEW", at=poll)])
    since = Selection("locations", EVERYONE, updated_from=poll)
    until = replace(since, updated_to=poll)
    for few in (False, True):
        assert ids((await store.page(since, after=0, most=9, most_bytes=10**6, few=few)).objects) == [
            "LATE",
            "NEW",
        ]
        assert ids((await store.page(until, after=0, most=9, most_bytes=10**6, few=few)).objects) == ["LATE"]
    assert await store.count(since) == 2
    assert await store.count(until) == 1


async def test_page_is_bounded_in_number_and_bytes_and_goes_on_after_a_position(store: ObjectStore) -> None:
    await store.apply([put(f"LOC{number}", name="x" * 100) for number in range(5)])
    everything = await listed(store)
    assert ids(everything) == [f"LOC{number}" for number in range(5)]
    assert ids(await listed(store, most=2)) == ["LOC0", "LOC1"]
    assert ids(await listed(store, after=everything[1].position, most=2)) == ["LOC2", "LOC3"]
    assert ids(await listed(store, most_bytes=1)) == ["LOC0"]
    assert ids(await listed(store, most_bytes=len(everything[0].body) * 3)) == ["LOC0", "LOC1", "LOC2"]


async def test_page_says_whether_there_is_more(store: ObjectStore) -> None:
    await store.apply([put("A"), put("B"), put("C", audience=EMSP)])
    seen = Selection("locations", EMSP.key)
    assert (await store.page(seen, after=0, most=2, most_bytes=10**6)).more
    assert not (await store.page(seen, after=0, most=3, most_bytes=10**6)).more
    assert (await store.page(seen, after=0, most=3, most_bytes=1)).more
    assert (await store.page(seen, after=3, most=3, most_bytes=1)) == Page([], more=False)


async def test_hidden_owners_and_offsets_select_the_same_list(store: ObjectStore) -> None:
    await store.apply([put("A"), put("B", owner=OTHER_CPO), put("C"), put("D", audience=EMSP)])
    seen = Selection("locations", EMSP.key, hidden=frozenset({OTHER_CPO.key}))
    assert ids(await listed(store, seen)) == ["A", "C", "D"]
    assert await store.count(seen) == 3
    position = await store.position_of(seen, 1)
    assert position is not None
    assert ids(await listed(store, seen, after=position)) == ["C", "D"]
    assert await store.position_of(seen, 3) is None


async def test_hidden_owner_is_seen_in_what_it_sent_to_the_viewer_itself(store: ObjectStore) -> None:
    await store.apply([put("A"), put("A", audience=EMSP), put("B")])
    seen = Selection("locations", EMSP.key, hidden=frozenset({CPO.key}))
    assert [(stored.object_id, stored.audience) for stored in await listed(store, seen)] == [("A", EMSP.key)]
    assert await store.count(seen) == 1


async def test_fetched_object_takes_the_place_of_older_ones_alone(store: ObjectStore) -> None:
    await store.apply([put("LOC1", at="2026-02-01T00:00:00Z", name="pushed")])
    older = replace(put("LOC1", name="fetched"), fetched=True)
    newer = replace(put("LOC1", at="2026-02-01T00:00:01Z", name="fetched"), fetched=True)
    assert await store.apply([older, newer]) == [Outcome.OUTDATED, Outcome.STORED]


async def test_withdrawal_before_a_change_is_not_done_after_it(store: ObjectStore) -> None:
    await store.apply([put("T1", module="tariffs"), put("T2", module="tariffs")])
    assert await store.keys_of("tariffs", CPO, EVERYONE) == {"T1": 1, "T2": 2}
    stale = replace(put("T2", module="tariffs", method="DELETE"), before=1)
    assert await store.apply([stale]) == [Outcome.OUTDATED]


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(objects=2),
        Bounds(objects_per_owner=2),
        Bounds(total_bytes=250),
    ],
    ids=["objects", "objects_per_owner", "total_bytes"],
)
async def test_full_store_keeps_what_it_has_and_says_so(open_store: OpenStore, bounds: Bounds) -> None:
    store = await open_store(bounds)
    assert await store.apply([put("A"), put("B")]) == [Outcome.STORED] * 2
    assert await store.apply([put("C"), put("a", at="2026-01-02T00:00:00Z")]) == [
        Outcome.FULL,
        Outcome.STORED,
    ]
    assert ids(await listed(store)) == ["a", "B"]


async def test_object_that_is_too_large_is_not_stored(open_store: OpenStore) -> None:
    store = await open_store(Bounds(object_bytes=150))
    assert await store.apply([put("A"), put("B", name="x" * 100)]) == [Outcome.STORED, Outcome.FULL]


async def test_many_writers_at_once_get_numbers_without_gap_and_true_counts(store: ObjectStore) -> None:
    await asyncio.gather(*(store.apply([put(f"LOC{number % 30}", name=str(number))]) for number in range(90)))
    objects = await listed(store)
    assert len(objects) == 30
    assert await store.last_number() == 90
    assert len({stored.arrival for stored in objects}) == 30
    [tally] = await store.tallies("locations", EVERYONE)
    assert (tally.visible, tally.rows) == (30, 30)


async def test_changes_are_what_is_for_everyone_in_the_order_of_arrival(store: ObjectStore) -> None:
    await store.apply([put("A"), put("B"), put("C", audience=EMSP), put("A", name="again")])
    assert ids((await store.changes(0, 10, 10**6)).objects) == ["B", "A"]
    assert ids((await store.changes(2, 10, 10**6)).objects) == ["A"]
    assert ids((await store.changes(0, 1, 10**6)).objects) == ["B"]


async def test_mark_is_kept_and_replaced(store: ObjectStore) -> None:
    assert await store.mark("0xabc") is None
    await store.set_mark("0xabc", Mark("first", 3, NOON))
    await store.set_mark("0xabc", Mark("second", 4, NOON))
    assert await store.mark("0xabc") == Mark("second", 4, NOON)
    assert await store.store_id()
