"""The event log: whole windows or nothing."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ocn.chain.following.log import StoreUnusable
from ocn.chain.following.places import Place, Row
from ocn.chain.following.store import EventStore

Key = tuple[str, str]
KEY: Key = ("lamp", "0x01")


class Layout:
    """Keys of two words, records that are texts."""

    def key_to_text(self, key: Key) -> str:
        return " ".join(key)

    def key_from_text(self, text: str) -> Key:
        kind, name = text.split(" ")
        return kind, name

    def record_to_json(self, record: str | None) -> bytes | None:
        return None if record is None else record.encode()

    def record_from_json(self, key: Key, text: str | None) -> str | None:
        return text


def opened(path: Path | None) -> EventStore[Key, str]:
    return EventStore(path, "one", Layout())


def row(block: int, record: str | None = "u", key: Key = KEY) -> Row[Key, str]:
    return Row(block, 0, f"h{block}", key, record)


def test_window_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path / "index.sqlite")
    store.append([row(1)], [Place(1, "h1")], Place(1, "h1"))

    def breaking_off() -> Iterator[Row[Key, str]]:
        yield row(2, "half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.append(breaking_off(), [Place(2, "h2")], Place(2, "h2"))
    store.close()
    again = opened(tmp_path / "index.sqlite")
    assert again.cursor() == Place(1, "h1")
    assert list(again.rows_above(0)) == [row(1)]
    assert again.recent(10) == [Place(1, "h1")]
    again.close()


def test_event_told_twice_is_an_error_and_not_a_second_row(tmp_path: Path) -> None:
    store = opened(tmp_path / "index.sqlite")
    with pytest.raises(StoreUnusable):
        store.append([row(1), row(1)], [], Place(1, "h1"))
    assert store.cursor() is None
    store.close()


def test_event_that_changes_two_keys_leaves_a_row_of_each() -> None:
    store = opened(None)
    other: Key = ("lamp", "0x02")
    store.append([row(1, "on"), row(1, "off", other)], [], Place(1, "h1"))
    assert dict(store.records_at(1)) == {KEY: "on", other: "off"}
    store.close()


def test_only_the_newest_blocks_are_remembered() -> None:
    store = opened(None)
    places = [Place(number, f"h{number}") for number in range(300)]
    store.append([], places, places[-1])
    assert len(store.recent(1_000)) == 256
    assert store.recent(250)[0] == places[250]
    store.close()


def test_record_of_a_key_is_its_last_one_up_to_a_block() -> None:
    store = opened(None)
    assert store.record(KEY) is None
    store.append([row(1, "a"), row(2, "b")], [], Place(2, "h2"))
    assert store.record(KEY) == "b"
    store.append([row(3, None)], [], Place(3, "h3"))
    assert list(store.records_at(1)) == [(KEY, "a")]
    assert list(store.records_at(2)) == [(KEY, "b")]
    assert list(store.records_at(3)) == []
    assert store.record(KEY) is None
    store.close()


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    path.write_text("something else altogether, and long enough to be taken for a header" * 20)
    with pytest.raises(StoreUnusable, match=r"index\.sqlite"):
        opened(path)


def test_index_of_the_older_shape_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with closing(sqlite3.connect(path)) as older:
        older.executescript(
            "CREATE TABLE source (only INTEGER PRIMARY KEY, identity TEXT NOT NULL);"
            "INSERT INTO source VALUES (1, 'one');"
            "CREATE TABLE cursor (only INTEGER PRIMARY KEY, block INTEGER, hash TEXT);"
            "INSERT INTO cursor VALUES (1, 5, 'h5');"
            "CREATE TABLE event (block INTEGER, log_index INTEGER, block_hash TEXT, kind TEXT, owner TEXT,"
            " other TEXT, record TEXT, PRIMARY KEY (block, log_index)) WITHOUT ROWID;"
            "CREATE VIEW listing AS SELECT kind, owner FROM event;"
        )
    store = opened(path)
    assert store.cursor() is None
    store.append([row(1)], [], Place(1, "h1"))
    store.close()
    again = opened(path)
    assert again.cursor() == Place(1, "h1")
    again.close()


def test_tables_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.executescript("CREATE TABLE event (title TEXT); INSERT INTO event VALUES ('concert');")
    with pytest.raises(StoreUnusable):
        opened(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT title FROM event").fetchall() == [("concert",)]


def test_closing_waits_for_a_write_that_its_caller_gave_up(tmp_path: Path) -> None:
    store = opened(tmp_path / "index.sqlite")
    writing, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Row[Key, str]]:
        writing.set()
        assert go_on.wait(10)
        yield row(1)

    with ThreadPoolExecutor(2) as threads:
        written = threads.submit(store.append, slowly(), [Place(1, "h1")], Place(1, "h1"))
        assert writing.wait(10)
        closed = threads.submit(store.close)
        assert not closed.done()
        go_on.set()
        closed.result(10)
        written.result(10)
    again = opened(tmp_path / "index.sqlite")
    assert again.cursor() == Place(1, "h1")
    again.close()
