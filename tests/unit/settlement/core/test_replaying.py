"""Which of the vouchers shown are kept: those that a key of today stands for."""

import pytest
from tests.unit.settlement.world import CPO, EMSP_KEY, LANE

from ocn.settlement.core.evidence import ZERO_HASH, Head, Kind, Leaf, extend
from ocn.settlement.core.opening import Opened
from ocn.settlement.core.replaying import NOTHING_PROVEN, Keys, Proven
from ocn.settlement.core.vouchers import sign_voucher
from ocn.signing.keys import PrivateKey

OLD = PrivateKey(b"\x05" * 32)
KEYS = Keys(frozenset({EMSP_KEY.address}), frozenset({EMSP_KEY.address, OLD.address}))
BEGINNING = Head(0, 0, ZERO_HASH)


def row(*keys: PrivateKey) -> list[Opened]:
    """Vouchers of 10 units each, signed one after the other."""
    head, made = BEGINNING, []
    for key in keys:
        leaf = Leaf(Kind.TICK, CPO, "S1", "S1", 10, 25, ZERO_HASH, ZERO_HASH)
        entry = extend(head, [leaf], bytes(32))
        signature = sign_voucher(key, LANE, entry.cumulative, entry.evidence).signature
        made.append(
            Opened(
                entry.number,
                entry.cumulative,
                entry.previous,
                entry.evidence,
                signature,
                entry.seed,
                entry.leaves,
            )
        )
        head = entry.head
    return made


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ((OLD, OLD, EMSP_KEY), 3),
        ((OLD, EMSP_KEY, OLD), 2),
        ((OLD, OLD), 0),
        ((EMSP_KEY, PrivateKey(b"\x09" * 32)), 1),
        ((OLD, PrivateKey(b"\x09" * 32)), 0),
    ],
    ids=str,
)
def test_vouchers_are_kept_up_to_the_last_of_todays_key(keys: tuple[PrivateKey, ...], kept: int) -> None:
    read = KEYS.read(LANE, BEGINNING, row(*keys), NOTHING_PROVEN)
    assert [entry.number for entry, _ in read.good] == list(range(1, kept + 1))
    assert (read.error is None) == (kept == len(keys))


def test_voucher_that_does_not_follow_takes_nothing_of_an_earlier_key_with_it() -> None:
    first, second, third = row(OLD, EMSP_KEY, EMSP_KEY)
    assert KEYS.read(LANE, BEGINNING, [first, third], NOTHING_PROVEN).good == []
    assert len(KEYS.read(LANE, BEGINNING, [first, second], NOTHING_PROVEN).good) == 2


def test_voucher_that_is_known_to_be_continued_is_kept_by_its_evidence_alone() -> None:
    first, second = row(OLD, OLD)
    assert len(KEYS.read(LANE, BEGINNING, [first, second], Proven(1, first.evidence)).good) == 1
    assert KEYS.read(LANE, BEGINNING, [first], Proven(1, second.evidence)).good == []


def test_row_of_evidence_knows_each_by_its_number_and_may_end_earlier() -> None:
    row = Proven(5)
    for byte in (1, 2, 3):
        row.add(bytes([byte]) * 32)
    assert len(row) == 3
    assert [row.has(number, b"\x02" * 32) for number in (0, 5, 6, 7, 8)] == [False, False, True, False, False]
    assert row.up_to(6).has(6, b"\x02" * 32)
    assert not row.up_to(6).has(7, b"\x03" * 32)
    assert len(row.up_to(0)) == 0
    assert not row.has(8, b"")
