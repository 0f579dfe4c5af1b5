"""A process that ends anywhere, before or after any access to chain or disk, does everything once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocn.chain.client import ChainClient
from ocn.settlement.keeper import Keeper

Place = Any  # the classes of conftest
Wish = tuple[str, tuple[Any, ...]]
A, B, C, D = range(4)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Tripwire:
    """Ends the process at an access, before it or just after."""

    at: int
    after: bool
    accesses: int = 0

    async def pass_through(self, access: Callable[[], Awaitable[Any]]) -> Any:
        self.accesses += 1
        if self.accesses == self.at and not self.after:
            raise Killed
        result = await access()
        if self.accesses == self.at:
            raise Killed
        return result


class Watched:
    """A chain endpoint or a store whose every access goes by the tripwire."""

    def __init__(self, inner: Any, wire: Tripwire) -> None:
        self._inner = inner
        self._wire = wire

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        async def access(*arguments: Any, **named: Any) -> Any:
            return await self._wire.pass_through(lambda: method(*arguments, **named))

        return access


async def _life(place: Place, path: Path, wire: Tripwire | None, wishes: list[Wish]) -> bool:
    """Ask for things and work on them until all are done (True) or the process ends."""
    store = place.store(path)
    try:
        watched = store if wire is None else Watched(store, wire)
        keeper: Keeper = place.keeper(watched)
        if wire is not None:
            rpc = Watched(place.mempool, wire)
            keeper._vault._chain = keeper._outbox._chain = keeper._desk._chain = ChainClient(rpc)
        while wishes:  # what was not taken over is asked again
            name, arguments = wishes[0]
            await getattr(keeper, name)(*arguments)
            wishes.pop(0)
        await place.work(keeper, store)
    except Killed:
        return False
    finally:
        await store.close()
    return True


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_process_that_ends_at_any_access_does_everything_once(
    place: Place, tmp_path: Path, after: bool
) -> None:
    owed, own = 0, place.account.address
    for at in range(1, 1_000):
        path = tmp_path / f"{at}.sqlite"
        owed += 2
        vouchers = [place.voucher(payer, D, owed) for payer in (B, C)]
        wishes: list[Wish] = [
            ("claim", (vouchers[0],)),
            ("withdraw", (place.token, 1, own)),
            ("claim", (vouchers[1],)),
        ]
        before = await place.free(A)
        lived = await _life(place, path, Tripwire(at, after), wishes)
        if not lived:
            assert await _life(place, path, None, wishes)
        assert await place.free(A) == before - 1
        assert [await place.claimed(payer, D) for payer in (B, C)] == [owed, owed]
        if lived:
            break
    assert at > 30
