"""What a Capacity Provider posts, read: what is meant, and what cannot be."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.smart_charging.numbers import MOST
from ocn.smart_charging.oscp.forecast import (
    Block,
    ForecastKind,
    ForecastUnusable,
    read_forecast,
    read_heartbeat,
)

BEGIN, UNTIL = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
BLOCK = {
    "capacity": 50.5,
    "phase": "ALL",
    "unit": "KW",
    "start_time": "2026-03-02T08:00:00Z",
    "end_time": "2026-03-02T10:00:00+01:00",
}


def message(*blocks: Any, **members: Any) -> bytes:
    made = {"group_id": "yard", "type": "CONSUMPTION", "forecasted_blocks": list(blocks or (BLOCK,))}
    return json.dumps(made | members).encode()


@pytest.mark.parametrize(
    ("told", "block"),
    [
        ({}, Block(BEGIN, UNTIL, kw=Decimal("50.5"))),
        ({"unit": "W", "capacity": 1500}, Block(BEGIN, UNTIL, kw=Decimal("1.5"))),
        ({"unit": "A", "capacity": 32, "phase": "TWO"}, Block(BEGIN, UNTIL, amps=Decimal(32))),
        ({"phase": "ONE"}, Block(BEGIN, UNTIL, kw_of_phase=Decimal("50.5"))),
        ({"phase": "UNKNOWN"}, Block(BEGIN, UNTIL, kw=Decimal("50.5"))),
    ],
)
def test_block_is_read_by_unit_and_phase(told: dict[str, Any], block: Block) -> None:
    forecast = read_forecast(message(BLOCK | told))

    assert (forecast.group, forecast.kind, forecast.blocks) == ("yard", ForecastKind.CONSUMPTION, (block,))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (message(group_id=5), "group_id 5"),
        (message(group_id="x" * 300), "group_id"),
        (message(type="PRODUCTION"), "type 'PRODUCTION'"),
        (message(forecasted_blocks=[]), "forecasted_blocks"),
        (message(*[BLOCK] * 1001), "list of 1 to 1000"),
        (message(5), "forecasted_blocks[0] is no object"),
        (message(BLOCK, BLOCK | {"capacity": -1}), "forecasted_blocks[1].capacity -1"),
        (message(BLOCK | {"capacity": "50"}), "capacity"),
        (message().replace(b"50.5", b"1e999999"), "capacity"),
        (message(BLOCK | {"unit": "KWH"}), "unit 'KWH' is no power"),
        (message(BLOCK | {"phase": []}), "phase"),
        (message(BLOCK | {"start_time": "2026-03-02T08:00:00"}), "start_time"),
        (message(BLOCK | {"end_time": BLOCK["start_time"]}), "ends before it begins"),
        (message(BLOCK | {"end_time": "9999-12-31T23:59:59-01:00"}), "end_time"),
    ],
)
def test_forecast_that_cannot_be_meant_says_which_member_is_to_blame(body: bytes, said: str) -> None:
    with pytest.raises(ForecastUnusable) as raised:
        read_forecast(body)

    assert said in raised.value.message


def test_heartbeat_says_until_when_or_nothing() -> None:
    assert read_heartbeat(b'{"offline_mode_at": "2026-03-02T09:00:00Z"}') == UNTIL
    assert read_heartbeat(b"{}") is None
    with pytest.raises(ForecastUnusable, match="offline_mode_at"):
        read_heartbeat(b'{"offline_mode_at": "soon"}')


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(
    members=st.fixed_dictionaries(
        {},
        optional={
            "group_id": _ANY,
            "type": _ANY | st.just("CONSUMPTION"),
            "forecasted_blocks": _ANY | st.lists(st.fixed_dictionaries(dict.fromkeys(BLOCK, _ANY))),
            "offline_mode_at": _ANY,
        },
    )
)
def test_whatever_is_posted_is_read_or_refused_and_what_is_read_can_be_meant(members: dict[str, Any]) -> None:
    body = json.dumps(members).encode()
    with suppress(ForecastUnusable):
        read_heartbeat(body)
    with suppress(ForecastUnusable):
        for block in read_forecast(body).blocks:
            (amount,) = (each for each in (block.kw, block.amps, block.kw_of_phase) if each is not None)
            assert 0 <= amount <= MOST
            assert block.begin < block.until
