"""The event log: whole windows or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocn.registry.index.store import EventStore, Place, Row, StoreUnusable
from ocn.registry.records import Key, Kind, NodeRecord

KEY = Key(Kind.NODE, "0x01")


def row(block: int, url: str = "u") -> Row:
    return Row(block, 0, f"h{block}", KEY, NodeRecord(url))


def test_window_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    store = EventStore(tmp_path / "index.sqlite", "one")
    store.append([row(1)], [Place(1, "h1")], Place(1, "h1"))

    def breaking_off() -> Iterator[Row]:
        yield row(2, "half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.append(breaking_off(), [Place(2, "h2")], Place(2, "h2"))
    store.close()
    again = EventStore(tmp_path / "index.sqlite", "one")
    assert again.cursor() == Place(1, "h1")
    assert list(again.rows_above(0)) == [row(1)]
    assert again.recent(10) == [Place(1, "h1")]
    again.close()


def test_event_told_twice_is_an_error_and_not_a_second_row(tmp_path: Path) -> None:
    store = EventStore(tmp_path / "index.sqlite", "one")
    with pytest.raises(StoreUnusable):
        store.append([row(1), row(1)], [], Place(1, "h1"))
    assert store.cursor() is None
    store.close()


def test_only_the_newest_blocks_are_remembered() -> None:
    store = EventStore(None, "one")
    places = [Place(number, f"h{number}") for number in range(300)]
    store.append([], places, places[-1])
    assert len(store.recent(1_000)) == 256
    assert store.recent(250)[0] == places[250]
    store.close()


def test_record_of_a_key_is_its_last_one_up_to_a_block() -> None:
    store = EventStore(None, "one")
    gone = Row(3, 0, "h3", KEY, None)
    store.append([row(1, "a"), row(2, "b"), gone], [], Place(3, "h3"))
    assert list(store.records_at(1)) == [(KEY, NodeRecord("a"))]
    assert list(store.records_at(2)) == [(KEY, NodeRecord("b"))]
    assert list(store.records_at(3)) == []
    store.close()


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    path.write_text("something else altogether, and long enough to be taken for a header" * 20)
    with pytest.raises(StoreUnusable, match=r"index\.sqlite"):
        EventStore(path, "one")
