"""Rests between looks at a chain."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from ocn.chain.patience import FIRST_RETRY_S, rest, retry_s


@given(failures=st.integers(1, 10**6), longest_s=st.floats(0.1, 3600))
def test_retry_after_any_failures_is_within_half_and_all_of_its_time(failures: int, longest_s: float) -> None:
    whole = min(longest_s, FIRST_RETRY_S * 2 ** min(failures, 10))
    assert whole / 2 <= retry_s(failures, longest_s) <= whole


async def test_rest_somebody_wakes_ends_at_once() -> None:
    wake = asyncio.Event()
    asyncio.get_running_loop().call_soon(wake.set)
    await rest(3600, wake)


async def test_rest_nobody_wakes_ends_with_its_time() -> None:
    wake = asyncio.Event()
    await rest(0, wake)
    assert not wake.is_set()
