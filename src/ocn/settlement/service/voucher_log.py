"""Finding vouchers by amount in a log that is kept by number; totals never fall, so halving finds them."""

from ocn.settlement.core.evidence import Entry
from ocn.settlement.core.lane import Lane
from ocn.settlement.records import Recorded
from ocn.settlement.store import Store

_PAGE = 200


async def first_beyond(store: Store, lane: Lane, cumulative: int) -> Recorded | None:
    """Return the first voucher of a lane whose total is above an amount; None when there is none."""
    last = await store.last(lane)
    if last is None or last.entry.cumulative <= cumulative:
        return None
    low, high, found = 1, last.entry.number, last
    while low < high:
        middle = (low + high) // 2
        at_middle = (await store.vouchers(lane, after=middle - 1, most=1))[0]
        if at_middle.entry.cumulative > cumulative:
            high, found = at_middle.entry.number, at_middle
        else:
            low = middle + 1
    if found.entry.number != low:
        found = (await store.vouchers(lane, after=low - 1, most=1))[0]
    return found


async def vouchers_up_to(store: Store, lane: Lane, after: int, most: int) -> list[Entry]:
    """Return the entries after a number whose totals are not above an amount, in order."""
    entries: list[Entry] = []
    while page := await store.vouchers(lane, after=after, most=_PAGE):
        for recorded in page:
            if recorded.entry.cumulative > most:
                return entries
            entries.append(recorded.entry)
        after = page[-1].entry.number
    return entries
