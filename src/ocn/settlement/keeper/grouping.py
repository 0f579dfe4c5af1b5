"""What to send next: of all that waits, one call, as large as it may be. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.keeper.jobs import Call, ClaimWallet, Net, OpenJob
from ocn.settlement.lanes import calls
from ocn.settlement.lanes.contract import MOST_ITEMS
from ocn.settlement.lanes.records import LaneRecord

GAS_BASE: Final = 60_000
"""Of a claim, whatever is in it."""
GAS_PER_ITEM: Final = 25_000
GAS_PER_HELD_ITEM: Final = 60_000
"""On a lane that holds back."""
GAS_OF_WALLET: Final = 650_000
"""For a claim that asks a contract wallet: 400,000 that it may use, by the contract, and what is around."""

ALREADY: Final = "the chain has it already"
PENNILESS: Final = "the payer has no money there"


class Lanes(Protocol):
    """What the chain says of lanes, as far as it is needed here; the index of lanes."""

    @property
    def complete(self) -> bool:
        """Whether everything was read once; before, nothing it says can be relied on."""
        ...

    def lane(self, payer: str, payee: str, token: str) -> LaneRecord:
        """Return a lane."""
        ...

    def free(self, token: str, party: str) -> int:
        """Return a party's free money."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """One call and the jobs that it does; and jobs for which nothing can be done, each with the reason.

    ``together`` are the vouchers of a claim of several, which skips bad ones without a word. ``gas`` is fixed
    where a stranger's contract decides how much is used, and whether it is refused; 0 elsewhere.
    """

    data: bytes = b""
    jobs: tuple[int, ...] = ()
    repeatable: bool = True
    pointless: tuple[tuple[int, str], ...] = ()
    together: tuple[SignedVoucher, ...] = ()
    gas: int = 0
    unsigned: calls.PartyCall | None = None
    """What is to be signed for a vault, and sent in place of ``data``."""


def next_call(jobs: Sequence[OpenJob], lanes: Lanes, *, gas: int, most: int = MOST_ITEMS) -> Plan:
    """Choose among the jobs that wait, oldest first; with nothing to send, the plan has no jobs.

    What a payer takes out of reach goes first. Claims of one payee and token go together, of each lane the
    newest, up to ``most`` of them and as far as ``gas`` may go. Vouchers that the chain has already, and
    those of payers without money, are pointless: whoever still wants them asks again later. What a contract
    wallet has to confirm goes last and alone.
    """
    pointless = [(job.id, why) for job in jobs if (why := _pointless(job, lanes))]
    passed = {number for number, _ in pointless}
    left = [job for job in jobs if job.id not in passed]
    if not left:
        return Plan(pointless=tuple(pointless))
    first = min(left, key=lambda job: (_asks_wallet(job), not _urgent(job, lanes), job.id))
    if isinstance(first.job, Call):
        return Plan(
            first.job.data,
            (first.id,),
            repeatable=False,
            pointless=tuple(pointless),
            unsigned=first.job.unsigned,
        )
    if isinstance(first.job, ClaimWallet):
        data = calls.claim_wallet(first.job.voucher)
        return Plan(data, (first.id,), repeatable=False, pointless=tuple(pointless), gas=GAS_OF_WALLET)
    if isinstance(first.job, Net) and _nets(first.job, lanes):
        data = calls.net(first.job.voucher, first.job.back)
        return Plan(data, (first.id,), pointless=tuple(pointless))
    chosen, done = _bundle(first, left, lanes, gas=gas, most=most)
    if len(chosen) == 1:
        return Plan(calls.claim_one(chosen[0]), done, pointless=tuple(pointless))
    return Plan(calls.claim(chosen), done, pointless=tuple(pointless), together=tuple(chosen))


def _bundle(
    first: OpenJob, left: Sequence[OpenJob], lanes: Lanes, *, gas: int, most: int
) -> tuple[list[SignedVoucher], tuple[int, ...]]:
    """Return the newest voucher of each lane beside the first one's, and the jobs that they do."""
    purse = _purse(first)
    together = [job for job in left if _purse(job) == purse and not _waits_for_net(job, lanes)]
    together.sort(key=lambda job: (job.id != first.id, not _urgent(job, lanes), job.id))
    newest: dict[Lane, SignedVoucher] = {}
    done: list[int] = []
    spent = GAS_BASE
    for job in together:
        voucher = _voucher(job)
        known = newest.get(voucher.lane)
        if known is None:
            spent += GAS_PER_HELD_ITEM if _lane(voucher, lanes).window else GAS_PER_ITEM
            if newest and (len(newest) >= most or spent > gas):
                break
        if known is None or known.cumulative < voucher.cumulative:
            newest[voucher.lane] = voucher
        done.append(job.id)
    return list(newest.values()), tuple(done)


def _purse(job: OpenJob) -> tuple[str, str] | None:
    return (
        None
        if isinstance(job.job, Call | ClaimWallet)
        else (_voucher(job).lane.payee, _voucher(job).lane.token)
    )


def _voucher(job: OpenJob) -> SignedVoucher:
    if isinstance(job.job, Call | ClaimWallet):
        raise TypeError("this has no voucher that a key has signed")
    return job.job.voucher


def _lane(voucher: SignedVoucher | WalletVoucher, lanes: Lanes) -> LaneRecord:
    return lanes.lane(voucher.lane.payer, voucher.lane.payee, voucher.lane.token)


def _pointless(job: OpenJob, lanes: Lanes) -> str:
    if isinstance(job.job, Call):
        return ""
    voucher = job.job.voucher
    lane = _lane(voucher, lanes)
    if voucher.cumulative <= lane.claimed:
        return ALREADY
    if isinstance(job.job, Net) and _nets(job.job, lanes):
        return ""  # needs no money as far as both owe
    return "" if lane.reserved + lanes.free(voucher.lane.token, voucher.lane.payer) else PENNILESS


def _nets(job: Net, lanes: Lanes) -> bool:
    """Whether both sides owe something, on lanes that can be netted."""
    both: list[tuple[SignedVoucher, LaneRecord]] = [
        (voucher, _lane(voucher, lanes)) for voucher in (job.voucher, job.back)
    ]
    return all(voucher.cumulative > lane.claimed and not lane.window for voucher, lane in both)


def _waits_for_net(job: OpenJob, lanes: Lanes) -> bool:
    return isinstance(job.job, Net) and _nets(job.job, lanes)


def _urgent(job: OpenJob, lanes: Lanes) -> bool:
    return not isinstance(job.job, Call) and _lane(job.job.voucher, lanes).exit > 0


def _asks_wallet(job: OpenJob) -> bool:
    return isinstance(job.job, ClaimWallet)
