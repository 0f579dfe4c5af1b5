"""Copies for services per second: stored, then sent to a sink, on SQLite and on PostgreSQL.

``python -m bench.copies URL [--copies N] [--lanes N]``, of a database of one's choice. The sink takes a copy
at once, so the queue is measured and not the network. Messages are stored by 16 senders at a time, as a node
with traffic does it.
"""

import argparse
import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bench.postgresql import postgresql
from ocn.node.clock import SystemClock
from ocn.node.copies.agreements import Agreements
from ocn.node.copies.copy import Copy, CopyKind, NewCopy
from ocn.node.copies.courier import Courier, CourierSettings
from ocn.node.copies.schedule import Schedule
from ocn.node.copies.sending import Attempt, Result, Sending
from ocn.node.storage import Database, open_database
from ocn.node.storage.copies import SqlCopyStore
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

SERVICE, USER = PartyId("DE", "BIL"), PartyId("DE", "CPO")
SENDERS, LANES = 16, 200
BODY = b'{"x":"' + b"x" * 2000 + b'"}'


class Sink(Sending):
    """Takes every copy."""

    def __init__(self) -> None:
        self.order: dict[str, list[int]] = {}

    async def attempt(self, copy: Copy) -> Attempt:
        self.order.setdefault(copy.message.lane, []).append(copy.id)
        return Attempt(Result.DELIVERED)


class Always(Agreements):
    """Everything is permitted."""

    def __init__(self) -> None:
        pass

    def still_permits(self, *_: object) -> bool:
        return True


@dataclass(frozen=True)
class CopyRate:
    """Copies a second, beside plain commits of their bodies, one each, into the same database."""

    stored: float
    sent: float
    plain: float


def _copy(number: int, lanes: int) -> NewCopy:
    return NewCopy(
        kind=CopyKind.REQUEST,
        lane=f"{number % lanes:032}",
        service=SERVICE,
        provider="0x",
        user=USER,
        other=None,
        method="PUT",
        module="sessions",
        interface_role=InterfaceRole.RECEIVER,
        version=VersionNumber.V2_2_1,
        path="/DE/CPO/1",
        query="",
        content_type="application/json",
        correlation_id="c",
        signature=None,
        strict=None,
        body=BODY,
        created_at=datetime.now(UTC),
    )


async def measure(url: str, copies: int, lanes: int) -> CopyRate:
    async with open_database(url) as database:
        await database.upgrade()
        store = SqlCopyStore(database)
        plain = await _plain(database, copies)
        numbers = iter(range(copies))

        async def send() -> None:
            for number in numbers:
                await store.add([_copy(number, lanes)])

        begun = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(SENDERS)))
        stored = time.perf_counter()
        sink = Sink()
        settings = CourierSettings(
            Schedule(timedelta(seconds=1), timedelta(seconds=1)),
            timedelta(days=1),
            16,
            timedelta(minutes=1),
            1.0,
        )
        await Courier(
            SERVICE, store=store, sending=sink, agreements=Always(), settings=settings, clock=SystemClock()
        ).run()
        sent = time.perf_counter()
    assert sum(map(len, sink.order.values())) == copies
    assert all(ids == sorted(ids) for ids in sink.order.values())
    return CopyRate(copies / (stored - begun), copies / (sent - stored), plain)


async def _plain(database: Database, rows: int) -> float:
    """Return how many bodies a second the database takes from as many senders, in a commit each."""
    async with database.transaction() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS bench_plain"))
        await connection.execute(text("CREATE TABLE bench_plain (body TEXT NOT NULL)"))
    numbers = iter(range(rows))
    insert, row = text("INSERT INTO bench_plain (body) VALUES (:body)"), {"body": BODY.decode()}

    async def send() -> None:
        for _ in numbers:
            async with database.transaction() as connection:
                await connection.execute(insert, row)

    begun = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(SENDERS)))
    return rows / (time.perf_counter() - begun)


def measure_copies(directory: Path, copies: int, rounds: int) -> dict[str, CopyRate]:
    """Medians by the name of the database; PostgreSQL where its programs are."""
    with postgresql() as postgresql_url:
        urls = {"SQLite": f"sqlite:///{directory / 'copies.sqlite'}", "PostgreSQL": postgresql_url}
        return {name: _median(url, copies, LANES, rounds) for name, url in urls.items() if url is not None}


def _median(url: str, copies: int, lanes: int, rounds: int) -> CopyRate:
    rates = [asyncio.run(measure(url, copies, lanes)) for _ in range(rounds)]
    return CopyRate(
        statistics.median(rate.stored for rate in rates),
        statistics.median(rate.sent for rate in rates),
        statistics.median(rate.plain for rate in rates),
    )


def copies_section(found: dict[str, CopyRate]) -> list[str]:
    """The same as Markdown."""
    return [
        "## Copies for services",
        "",
        f"Copies of 2 kB in {LANES} lanes: stored for {SENDERS} senders at a time, each of which waits until",
        "its own is durable, then sent in order to a service that takes them at once. Beside them the same",
        "bodies inserted into a bare table, a commit each.",
        "",
        "| | stored/s | ratio to bare inserts | sent/s | ratio |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {rate.stored:,.0f} | {rate.stored / rate.plain:.2f} | {rate.sent:,.0f} |"
            f" {rate.sent / rate.plain:.2f} |"
            for name, rate in found.items()
        ),
        *([] if "PostgreSQL" in found else ["", "PostgreSQL is not installed here and was not measured."]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.copies", description=__doc__)
    parser.add_argument("url", help="of an empty database")
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--lanes", type=int, default=LANES)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    rate = _median(chosen.url, chosen.copies, chosen.lanes, chosen.rounds)
    print(
        f"{chosen.copies} copies in {chosen.lanes} lanes: stored {rate.stored:.0f}/s, sent {rate.sent:.0f}/s,"
        f" in order; {rate.plain:.0f}/s bare inserts"
    )


if __name__ == "__main__":
    main()
