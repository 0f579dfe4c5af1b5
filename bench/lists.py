"""GET ALL over many locations: does a page at the end cost what one at the beginning costs?

In one process, without sockets, over a SQLite file: the whole answer as the pipeline gets it, beside the
plain ``SELECT`` of the same rows through the same driver.
"""

import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from bench.bodies import location
from ocn.node.clock import SystemClock
from ocn.node.object_store.cursor import Cursors
from ocn.node.object_store.lists import StoredLists
from ocn.node.object_store.model import Bounds
from ocn.node.object_store.reading import read_object
from ocn.node.storage import Database, SqlObjectStore, open_database
from ocn.ocpi.links import next_link
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

VIEWER = PartyId("DE", "MSP")
OWNERS = [PartyId("NL", f"C{number:02}") for number in range(20)]
LIMIT = 50
_TOGETHER = 500
_ENDPOINT = "https://node.example/ocpi/sender/2.2.1/locations"
_PLAIN = text(
    "SELECT body FROM stored_object WHERE module = 'locations' AND audience = ''"
    " AND position > :after ORDER BY position LIMIT :most"
)


@dataclass(frozen=True)
class ListPages:
    """Medians, in milliseconds a page."""

    locations: int
    pages: int
    body_bytes: int
    first_ms: float
    last_ms: float
    polled_ms: float
    """A page of what changed since a moment, when little did."""
    select_first_ms: float
    select_last_ms: float
    stored_per_s: float


async def measure_lists(directory: Path, locations: int, rounds: int) -> ListPages:
    clock = SystemClock()
    async with open_database(f"sqlite:///{directory / 'lists.sqlite'}") as database:
        await database.upgrade()
        store = SqlObjectStore(database, clock, Bounds())
        lists = StoredLists(
            store=store,
            cursors=Cursors(bytes(32), timedelta(hours=1)),
            clock=clock,
            sees=lambda *_: True,
            reachable=lambda _: True,
        )
        seconds = await _fill(store, locations)
        last_page = await _query_of_last_page(lists, locations)
        since = clock.now()
        await _fill(store, LIMIT, "changed")
        polled = f"limit={LIMIT}&date_from={since.isoformat().replace('+00:00', 'Z')}"
        first, last, poll = ([] for _ in range(3))
        select_first, select_last = [], []
        for _ in range(rounds):
            first.append(await _page(lists, f"limit={LIMIT}"))
            last.append(await _page(lists, last_page))
            poll.append(await _page(lists, polled))
            select_first.append(await _select(database, 0))
            select_last.append(await _select(database, locations - LIMIT))
    return ListPages(
        locations=locations,
        pages=locations // LIMIT,
        body_bytes=len(location(OWNERS[0], 0)),
        first_ms=_median_ms(first),
        last_ms=_median_ms(last),
        polled_ms=_median_ms(poll),
        select_first_ms=_median_ms(select_first),
        select_last_ms=_median_ms(select_last),
        stored_per_s=locations / seconds,
    )


def lists_section(pages: ListPages) -> list[str]:
    return [
        "## GET ALL",
        "",
        (
            f"{pages.locations:,} locations of {pages.body_bytes / 1000:.1f} kB from {len(OWNERS)} owners in"
            f" SQLite, pages of {LIMIT}; medians, in one process, the whole answer but without sockets."
        ),
        "",
        "| | ms a page | pages/s | ratio to the plain SELECT of its rows |",
        "|---|---|---|---|",
        _row("page 1", pages.first_ms, pages.select_first_ms),
        _row(f"page {pages.pages:,}", pages.last_ms, pages.select_last_ms),
        _row("poll by `date_from`, little changed", pages.polled_ms, pages.select_last_ms),
        "",
        (
            f"The last page costs {pages.last_ms / pages.first_ms:.2f} of the first (goal: constant)."
            f" Pushes stored: {pages.stored_per_s:,.0f}/s, {_TOGETHER} together."
        ),
    ]


def _row(name: str, page_ms: float, select_ms: float) -> str:
    return f"| {name} | {page_ms:.2f} | {1000 / page_ms:,.0f} | {select_ms / page_ms:.2f} |"


async def _fill(store: SqlObjectStore, locations: int, name: str = "") -> float:
    began = time.perf_counter()
    for start in range(0, locations, _TOGETHER):
        numbers = range(start, min(start + _TOGETHER, locations))
        await store.apply(
            [
                read_object(
                    "locations",
                    location(OWNERS[number % len(OWNERS)], number, name),
                    version=VersionNumber.V2_2_1,
                    owner=OWNERS[number % len(OWNERS)],
                )
                for number in numbers
            ]
        )
    return time.perf_counter() - began


async def _query_of_last_page(lists: StoredLists, locations: int) -> str:
    """Return the cursor that leads to the last full page, as a crawl would be given it."""
    query = f"offset={locations - 2 * LIMIT}&limit={LIMIT}"
    answer = await lists.answer(VIEWER, "locations", VersionNumber.V2_2_1, query, endpoint=_ENDPOINT)
    link = next_link(answer.headers["link"])
    assert link is not None
    return link.partition("?")[2]


async def _page(lists: StoredLists, query: str) -> float:
    began = time.perf_counter()
    answer = await lists.answer(VIEWER, "locations", VersionNumber.V2_2_1, query, endpoint=_ENDPOINT)
    took = time.perf_counter() - began
    assert answer.body.count(b'"country_code"') == LIMIT
    return took


async def _select(database: Database, after: int) -> float:
    began = time.perf_counter()
    async with database.statement() as connection:
        rows = (await connection.execute(_PLAIN, {"after": after, "most": LIMIT})).all()
    took = time.perf_counter() - began
    assert len(rows) == LIMIT
    return took


def _median_ms(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1000
