"""Whatever keeps the event log of an index has to pass this: memory, a file, tables in PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, create_engine

from ocn.chain.following.log import EventLog, Loaded, News, Overtaken, StoreUnusable
from ocn.chain.following.places import Place, Row
from ocn.chain.following.shared_log import SharedLog
from ocn.chain.following.store import EventStore
from ocn.chain.following.tables import log_tables

Key = tuple[str, str]
Log = EventLog[Key, str]
KEY: Key = ("lamp", "0x01")
OTHER: Key = ("lamp", "0x02")
METADATA = MetaData()
TABLES = log_tables(METADATA, "test_log")


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


def row(block: int, record: str | None = "u", key: Key = KEY) -> Row[Key, str]:
    return Row(block, 0, f"h{block}", key, record)


def at(block: int, fork: str = "h") -> Place:
    return Place(block, f"{fork}{block}")


@pytest.fixture
def tables(new_postgresql_database: Callable[[], str]) -> Callable[[], Engine]:
    """Opens a database that has them."""
    url = new_postgresql_database().replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url)
    METADATA.create_all(engine)
    engine.dispose()
    return lambda: create_engine(url, pool_size=1, max_overflow=0)


@pytest.fixture(params=["memory", "file", pytest.param("postgresql", marks=pytest.mark.postgres)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    opened: Log
    if request.param == "postgresql":
        opened = SharedLog(request.getfixturevalue("tables")(), TABLES, "one", Layout())
    else:
        path = tmp_path / "index.sqlite" if request.param == "file" else None
        opened = EventStore(path, "one", Layout())
    yield opened
    opened.close()


@pytest.fixture
def replicas(tables: Callable[[], Engine]) -> Iterator[list[Log]]:
    """Three of the same log."""
    opened: list[Log] = [SharedLog(tables(), TABLES, "one", Layout()) for _ in range(3)]
    yield opened
    for each in opened:
        each.close()


def test_window_that_breaks_off_leaves_nothing(log: Log) -> None:
    log.append([row(1)], [at(1)], at(1))

    def breaking_off() -> Iterator[Row[Key, str]]:
        yield row(2, "half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        log.append(breaking_off(), [at(2)], at(2))
    assert (log.cursor(), log.recent(10), log.record(KEY)) == (at(1), [at(1)], "u")
    assert log.news() is None
    log.append([row(2, "whole")], [at(2)], at(2))
    assert log.record(KEY) == "whole"


def test_event_told_twice_is_an_error_and_not_a_second_row(log: Log) -> None:
    with pytest.raises(StoreUnusable):
        log.append([row(1), row(1)], [], at(1))
    assert log.cursor() is None
    assert log.load(0) == Loaded(None, -1, [], [])


def test_everything_is_loaded_as_confirmed_records_and_events_above(log: Log) -> None:
    log.append([row(1, "a"), row(1, "b", OTHER), row(2, None, OTHER)], [], at(2))
    log.append([row(3, "c"), row(4, "d")], [at(4)], at(4))
    loaded = log.load(2)
    assert (loaded.cursor, loaded.confirmed, loaded.records) == (at(4), 2, [(KEY, "a")])
    assert loaded.rows == [row(3, "c"), row(4, "d")]
    assert sorted(log.load(3).records) == [(KEY, "a"), (OTHER, "b")]
    assert log.history(KEY, 3) == [row(1, "a"), row(3, "c")]
    assert log.newest_event_block(3) == at(3)
    assert log.newest_event_block(0) is None


def test_blocks_above_a_fork_are_forgotten(log: Log) -> None:
    log.append([row(1, "a"), row(3, "c")], [at(2), at(3)], at(3))
    log.drop_above(at(2))
    assert (log.cursor(), log.recent(9), log.record(KEY)) == (at(2), [at(2)], "a")
    log.clear()
    assert (log.cursor(), log.recent(9), log.record(KEY)) == (None, [], None)


def test_only_the_newest_blocks_are_remembered(log: Log) -> None:
    places = [at(number) for number in range(300)]
    log.append([], places, places[-1])
    assert len(log.recent(1_000)) == 256
    assert log.recent(250)[0] == at(250)


@pytest.mark.postgres
def test_only_one_of_two_replicas_writes_and_the_other_takes_over(replicas: list[Log]) -> None:
    one, other, third = replicas
    one.append([row(1, "a")], [at(1)], at(1))
    with pytest.raises(Overtaken):
        other.append([row(1, "a")], [at(1)], at(1))
    assert other.record(KEY) is None
    assert other.news() == News(at(1), [row(1, "a")])
    other.append([row(2, "b")], [at(2)], at(2))
    one.news()
    one.append([], [at(3)], at(3))
    assert third.news() == News(at(3), [row(1, "a"), row(2, "b")])
    assert third.record(KEY) == "b"
    with pytest.raises(Overtaken):
        other.drop_above(at(1))
    with pytest.raises(Overtaken):
        other.clear()
    assert other.record(KEY) == "b"


@pytest.mark.postgres
def test_replica_on_a_fork_that_was_left_loads_anew(replicas: list[Log]) -> None:
    one, other, _ = replicas
    one.append([row(1, "a"), row(2, "b")], [at(1), at(2)], at(2))
    other.news()
    one.drop_above(at(1))
    assert other.news() == News(at(1), None)
    assert other.cursor() == at(2)  # until it has loaded
    one.append([], [at(2, "g"), at(3, "g")], at(3, "g"))
    assert other.news() == News(at(3, "g"), None)
    assert other.load(0).cursor == at(3, "g")
    assert other.record(KEY) == "a"
    assert other.news() is None


@pytest.mark.postgres
def test_log_that_begins_anew_is_told_so(replicas: list[Log]) -> None:
    one, other, _ = replicas
    one.append([row(1, "a")], [at(1)], at(1))
    other.news()
    one.mark_whole()
    assert other.is_whole()
    one.clear()
    assert other.news() == News(None, None)
    assert not other.is_whole()
    one.mark_whole()
    one.append([], [at(1)], at(1))
    other.mark_whole()  # of what it has not seen
    assert other.news() == News(at(1), [])


@pytest.mark.postgres
def test_logs_of_others_in_the_same_tables_are_not_seen(tables: Callable[[], Engine]) -> None:
    logs = [SharedLog(tables(), TABLES, identity, Layout()) for identity in ("one", "two")]
    logs[0].append([row(1, "a")], [at(1)], at(1))
    logs[1].append([row(1, "b")], [at(1, "g")], at(1, "g"))
    assert [log.record(KEY) for log in logs] == ["a", "b"]
    logs[0].clear()
    assert logs[1].load(0).records == [(KEY, "b")]
    for log in logs:
        log.close()
        log.close()
        with pytest.raises(StoreUnusable, match="closed"):
            log.record(KEY)


@pytest.mark.postgres
def test_database_without_the_tables_is_told(new_postgresql_database: Callable[[], str]) -> None:
    url = new_postgresql_database().replace("postgresql:", "postgresql+psycopg:")
    with pytest.raises(StoreUnusable, match="test_log"):
        SharedLog(create_engine(url), TABLES, "one", Layout())
