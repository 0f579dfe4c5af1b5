"""Whatever is pushed in whatever order: the counts that are kept are those that counting would give."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.node_object_store.conftest import CPO, EMSP, NOON, OTHER_CPO, OTHER_EMSP, put

from ocn.node.object_store.ledger import Ledger, TallyKey
from ocn.node.object_store.model import (
    EVERYONE,
    Bounds,
    ObjectKey,
    ObjectState,
    Push,
    StoredObject,
    Tally,
    Total,
)

pushes = st.builds(
    put,
    st.sampled_from(["A", "a", "B"]),
    module=st.just("tariffs"),
    owner=st.sampled_from([CPO, OTHER_CPO]),
    audience=st.sampled_from([None, EMSP, OTHER_EMSP]),
    method=st.sampled_from(["PUT", "PATCH", "DELETE"]),
    elements=st.lists(st.integers(0, 3), max_size=2),
)


@settings(max_examples=60)
@given(st.lists(st.lists(pushes, max_size=5), max_size=6))
def test_tallies_and_total_agree_with_what_is_there(batches: list[list[Push]]) -> None:
    objects: dict[ObjectKey, dict[str, StoredObject]] = {}
    tallies: dict[TallyKey, Tally] = {}
    total = Total()
    for batch in batches:
        ledger = Ledger(objects, tallies, total, Bounds())
        for push in batch:
            ledger.apply(push, NOON)
        for (key, audience), stored in ledger.changed.items():
            objects.setdefault(key, {})[audience] = stored
        tallies.update(ledger.changed_tallies)
        total = ledger.total
    everything = [stored for versions in objects.values() for stored in versions.values()]
    visible: Counter[TallyKey] = Counter()
    shadows: Counter[TallyKey] = Counter()
    refresh: Counter[TallyKey] = Counter()
    rows: Counter[TallyKey] = Counter()
    for stored in everything:
        tallied = (stored.module, stored.owner.key, stored.audience)
        shared = objects[stored.key].get(EVERYONE)
        rows[tallied] += 1
        visible[tallied] += stored.visible
        refresh[tallied] += stored.state is ObjectState.REFRESH
        shadows[tallied] += (
            stored.visible and stored.audience != EVERYONE and shared is not None and shared.visible
        )
    for tallied, tally in tallies.items():
        counted = (visible[tallied], shadows[tallied], refresh[tallied], rows[tallied])
        assert (tally.visible, tally.shadows, tally.refresh, tally.rows) == counted
    assert rows.keys() <= tallies.keys()
    assert (total.objects, total.bytes) == (len(everything), sum(len(stored.body) for stored in everything))
    assert len({stored.position for stored in everything}) == len(everything)
