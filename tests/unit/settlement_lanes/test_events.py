"""Events as changes of balances: what cannot be is refused, what is unknown is passed over."""

from collections.abc import Sequence

import pytest
from eth_abi.abi import encode

from ocn.chain.artifacts import load
from ocn.chain.contract import abi_type, topic
from ocn.chain.errors import BadLog
from ocn.chain.following import Row
from ocn.chain.values import Log
from ocn.settlement.lanes.contract import LANES
from ocn.settlement.lanes.events import TOPICS, rows
from ocn.settlement.lanes.records import (
    DisputeRecord,
    FreeRecord,
    Key,
    LaneLayout,
    LaneRecord,
    Record,
    SignerRecord,
    dispute_key,
    free_key,
    lane_key,
    signer_key,
)
from ocn.signing.addresses import checksummed

A, B, TOKEN = (checksummed(bytes([number]) * 20) for number in (0xAA, 0xBB, 0xCC))
CLAIMED = "Claimed(address,address,address,uint256,uint256,bytes32)"


def log(signature: str, indexed: Sequence[str], *numbers: int | bytes, place: int = 0) -> Log:
    data = b"".join(n if isinstance(n, bytes) else n.to_bytes(32, "big") for n in numbers)
    topics = (topic(signature), *(bytes(12) + bytes.fromhex(address[2:]) for address in indexed))
    return Log("0x", topics, data, 7, "0xh", place, "0xt")


def nothing(_: Key) -> Record | None:
    return None


def after(found: list[Row[Key, Record]]) -> dict[Key, Record | None]:
    return {row.key: row.record for row in found}


def test_topics_are_those_of_the_shipped_contract() -> None:
    events = {
        topic(f"{entry['name']}({','.join(abi_type(item) for item in entry['inputs'])})")
        for entry in load("Lanes").abi
        if entry["type"] == "event"
    }
    assert set(TOPICS) == events
    assert "claim" in LANES


def test_money_moves_through_one_window_on_top_of_what_was_before() -> None:
    before: dict[Key, Record] = {free_key(TOKEN, A): FreeRecord(10)}
    found = rows(
        [
            log("Deposited(address,address,address,uint256)", (TOKEN, A, B), 90, place=0),
            log("Reserved(address,address,address,uint256)", (A, B, TOKEN), 60, place=1),
            log(CLAIMED, (A, B, TOKEN), 75, 15, b"\x05" * 32, place=2),
        ],
        before.get,
    )
    assert [row.log_index for row in found] == [0, 1, 1, 2, 2, 2]
    evidence = "0x" + "05" * 32
    assert after(found) == {
        free_key(TOKEN, A): FreeRecord(25),
        free_key(TOKEN, B): FreeRecord(75),
        lane_key(A, B, TOKEN): LaneRecord(claimed=75, evidence=evidence, settled_in="0xt"),
    }


def test_money_that_is_gone_leaves_no_record() -> None:
    before: dict[Key, Record] = {
        free_key(TOKEN, A): FreeRecord(10),
        signer_key(A, B): SignerRecord(1),
        lane_key(A, B, TOKEN): LaneRecord(reserved=5, exit=5, exit_ready_at=9),
    }
    found = rows(
        [
            log("Withdrawn(address,address,address,uint256)", (TOKEN, A, B), 10),
            log("SignerChanged(address,address,uint256,uint256)", (A, B), 0, 0, place=1),
            log("Released(address,address,address,uint256)", (A, B, TOKEN), 5, place=2),
            log("Withdrawn(address,address,address,uint256)", (TOKEN, A, B), 5, place=3),
        ],
        before.get,
    )
    assert after(found) == dict.fromkeys(before)


@pytest.mark.parametrize(
    "bad",
    [
        log("Withdrawn(address,address,address,uint256)", (TOKEN, A, B), 10),
        log("Collected(address,address,address,uint256)", (A, B, TOKEN), 1),
        log("Deposited(address,address,address,uint256)", (TOKEN, A), 10),
        log("Deposited(address,address,address,uint256)", (TOKEN, A, B), b"\x01" * 31),
        log(CLAIMED, (A, B, TOKEN), 75, 75),
        log(CLAIMED, (A, B, TOKEN), 0, 1, b"\x05" * 32),
    ],
    ids=["overdrawn", "nothing held", "topic missing", "short word", "short data", "falling"],
)
def test_event_that_the_contract_cannot_have_emitted_is_refused(bad: Log) -> None:
    with pytest.raises(BadLog):
        rows([bad], nothing)


def test_event_of_another_kind_is_passed_over() -> None:
    assert rows([log("Transfer(address,address,uint256)", (A, B), 10)], nothing) == []
    assert rows([Log("0x", (), b"", 1, "0x", 0, "0x")], nothing) == []


def test_money_of_tokens_that_are_not_followed_is_passed_over() -> None:
    other = checksummed(b"\x0e" * 20)
    events = [
        log("Deposited(address,address,address,uint256)", (TOKEN, A, B), 90, place=0),
        log("Deposited(address,address,address,uint256)", (other, A, B), 90, place=1),
        log("Reserved(address,address,address,uint256)", (A, B, TOKEN), 60, place=2),
        log("Reserved(address,address,address,uint256)", (A, B, other), 60, place=3),
        log("SignerChanged(address,address,uint256,uint256)", (A, B), 1, 0, place=4),
    ]
    assert after(rows(events, nothing, {TOKEN})) == {
        free_key(TOKEN, A): FreeRecord(30),
        lane_key(A, B, TOKEN): LaneRecord(reserved=60),
        signer_key(A, B): SignerRecord(1),
    }
    assert rows(events[:4], nothing, frozenset()) == []


@pytest.mark.parametrize(
    ("key", "record"),
    [
        (free_key(TOKEN, A), FreeRecord(2**120 - 1)),
        (lane_key(A, B, TOKEN), LaneRecord(1, 2, 3, 4, True, 5, 6, A, 7, 8, "0xe", "0xt")),
        (signer_key(A, B), SignerRecord(3, 2**40)),
        (signer_key(A, B), None),
    ],
)
def test_records_read_as_they_were_written(key: Key, record: Record | None) -> None:
    layout = LaneLayout()
    assert layout.key_from_text(layout.key_to_text(key)) == key
    written = layout.record_to_json(record)
    assert layout.record_from_json(key, None if written is None else written.decode()) == record


def test_words_of_the_contract_fit_what_is_read() -> None:
    """The decoder reads by position what the codec would read by type."""
    data = encode(["uint256", "uint256", "bytes32"], [8, 7, b"\x06" * 32])
    before: dict[Key, Record] = {
        free_key(TOKEN, A): FreeRecord(7),
        lane_key(A, B, TOKEN): LaneRecord(reserved=1),
    }
    event = log(CLAIMED, (A, B, TOKEN), data[:32], data[32:64], data[64:])
    lane = after(rows([event], before.get))[lane_key(A, B, TOKEN)]
    assert lane == LaneRecord(claimed=8, evidence="0x" + "06" * 32, settled_in="0xt")


def test_dispute_is_kept_with_what_the_lane_had_claimed_and_who_got_it() -> None:
    leaf, lane = b"\x07" * 32, lane_key(A, B, TOKEN)
    before: dict[Key, Record] = {
        lane: LaneRecord(claimed=50, window=60, arbiter=TOKEN, held=50, evidence="0xe")
    }
    opened = log("Disputed(address,address,address,bytes32,uint256,uint256)", (A, B, TOKEN), leaf, 30, 999)
    ended = log(
        "Resolved(address,address,address,bytes32,uint256,uint256)", (A, B, TOKEN), leaf, 10, 20, place=1
    )
    found = after(rows([opened, ended], before.get))
    key = dispute_key(A, B, TOKEN, "0x" + leaf.hex())
    assert found[key] == DisputeRecord(30, 999, 50, "0xe", "0xt", 10, 20, "0xt")
    layout = LaneLayout()
    text = layout.record_to_json(found[key])
    assert text is not None
    assert layout.record_from_json(layout.key_from_text(layout.key_to_text(key)), text.decode()) == found[key]
    known: dict[Key, Record] = {lane: LaneRecord(window=60, disputed=30)}
    with pytest.raises(BadLog, match="never opened"):
        rows([ended], known.get)
