"""Copies for services per second: stored, then sent to a sink, on a database of one's choice.

``python -m bench.copies URL [--copies N] [--lanes N]``: the sink takes a copy at once, so the queue is
measured and not the network. Messages are stored by 16 senders at a time, as a node with traffic does it.
"""

import argparse
import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ocn.node.clock import SystemClock
from ocn.node.copies.agreements import Agreements
from ocn.node.copies.copy import Copy, CopyKind, NewCopy
from ocn.node.copies.courier import Courier, CourierSettings
from ocn.node.copies.schedule import Schedule
from ocn.node.copies.sending import Attempt, Result, Sending
from ocn.node.storage import open_database
from ocn.node.storage.copies import SqlCopyStore
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

SERVICE, USER = PartyId("DE", "BIL"), PartyId("DE", "CPO")
SENDERS = 16
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
    """Copies a second."""

    stored: float
    sent: float


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
        body=BODY,
        created_at=datetime.now(UTC),
    )


async def measure(url: str, copies: int, lanes: int) -> CopyRate:
    async with open_database(url) as database:
        await database.upgrade()
        store = SqlCopyStore(database)
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
    return CopyRate(copies / (stored - begun), copies / (sent - stored))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.copies", description=__doc__)
    parser.add_argument("url", help="of an empty database")
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--lanes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    rates = [asyncio.run(measure(chosen.url, chosen.copies, chosen.lanes)) for _ in range(chosen.rounds)]
    stored = statistics.median(rate.stored for rate in rates)
    sent = statistics.median(rate.sent for rate in rates)
    print(
        f"{chosen.copies} copies in {chosen.lanes} lanes: stored {stored:.0f}/s, sent {sent:.0f}/s, in order"
    )


if __name__ == "__main__":
    main()
