"""Vouchers of made-up parties, and lanes as a script has them."""

from dataclasses import dataclass, field

import pytest

from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher, sign_voucher
from ocn.settlement.lanes.records import LaneRecord
from ocn.signing.addresses import checksummed
from ocn.signing.keys import PrivateKey

CONTRACT, TOKEN = (checksummed(bytes([number]) * 20) for number in (0x11, 0x22))
KEYS = [PrivateKey(bytes([number]) * 32) for number in range(1, 9)]


@dataclass
class ScriptedLanes:
    """What the chain says, as far as a test says it."""

    lanes: dict[tuple[str, str, str], LaneRecord] = field(default_factory=dict)
    free_money: dict[tuple[str, str], int] = field(default_factory=dict)

    complete: bool = True

    def lane(self, payer: str, payee: str, token: str) -> LaneRecord:
        return self.lanes.get((payer, payee, token), LaneRecord())

    def free(self, token: str, party: str) -> int:
        return self.free_money.get((token, party), 0)


class Parties:
    """Makes vouchers: party 0 to 7, in one token unless said otherwise."""

    def lane(self, payer: int, payee: int, token: str = TOKEN) -> Lane:
        return Lane(9, CONTRACT, token, KEYS[payer].address, KEYS[payee].address)

    def voucher(self, payer: int, payee: int, cumulative: int, token: str = TOKEN) -> SignedVoucher:
        return sign_voucher(KEYS[payer], self.lane(payer, payee, token), cumulative, bytes(32))

    def key(self, payer: int, payee: int, token: str = TOKEN) -> tuple[str, str, str]:
        return KEYS[payer].address, KEYS[payee].address, token


@pytest.fixture
def parties() -> Parties:
    return Parties()


@pytest.fixture
def lanes() -> ScriptedLanes:
    return ScriptedLanes()
