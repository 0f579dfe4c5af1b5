"""What Lanes should be, in a few lines of Python: the measure for the state machine.

Signatures are taken as checked; who signed a voucher is an argument. Refusals have the contract's texts.
"""

from collections import defaultdict
from dataclasses import dataclass, field

ARBITRATION = 8


class Refused(Exception):
    """The text with which the contract refuses."""


def need(fine: bool, text: str) -> None:
    if not fine:
        raise Refused(text)


@dataclass
class Lane:
    claimed: int = 0
    reserved: int = 0
    exit: int = 0
    ready_at: int = 0
    setoff: bool = False
    leaves_at: int = 0
    window: int = 0
    arbiter: str = ""
    held: dict[int, int] = field(default_factory=dict)  # by epoch
    start: dict[int, int] = field(default_factory=dict)
    evidence: dict[int, bytes] = field(default_factory=dict)
    disputes: dict[bytes, tuple[int, int]] = field(default_factory=dict)  # frozen, timeout

    def take(self, amount: int) -> None:
        need(amount <= self.reserved, "Not enough reserved money.")
        self.reserved -= amount
        self.exit = max(self.exit - amount, 0)
        self.ready_at = self.ready_at if self.exit else 0


Key = tuple[str, str, str]
"""Payer, payee, token."""


@dataclass
class LanesModel:
    delay: int
    now: int
    free: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))  # party, token
    lanes: dict[Key, Lane] = field(default_factory=lambda: defaultdict(Lane))
    keys: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # rights, retires at

    def withdraw(self, party: str, token: str, amount: int) -> None:
        need(amount <= self.free[party, token], "Not enough free money.")
        self.free[party, token] -= amount

    def reserve(self, payer: str, payee: str, token: str, amount: int) -> None:
        self.withdraw(payer, token, amount)
        self.lanes[payer, payee, token].reserved += amount

    def request_release(self, payer: str, payee: str, token: str, amount: int) -> None:
        lane = self.lanes[payer, payee, token]
        need(amount <= lane.reserved, "Not enough reserved money.")
        lane.exit, lane.ready_at = amount, (self.now + self.delay if amount else 0)

    def release(self, payer: str, payee: str, token: str) -> None:
        lane = self.lanes[payer, payee, token]
        need(lane.exit > 0, "Nothing announced.")
        need(self.now >= lane.ready_at, "Too early.")
        self.return_reserve(payer, payee, token, lane.exit)

    def return_reserve(self, payer: str, payee: str, token: str, amount: int) -> None:
        self.lanes[payer, payee, token].take(amount)
        self.free[payer, token] += amount

    def enable_setoff(self, payee: str, peer: str, token: str) -> None:
        lane = self.lanes[peer, payee, token]
        lane.setoff, lane.leaves_at = True, 0

    def request_leave(self, payee: str, peer: str, token: str) -> None:
        need(self.lanes[peer, payee, token].setoff, "Set-off is not enabled.")
        self.lanes[peer, payee, token].leaves_at = self.now + self.delay

    def leave(self, payee: str, peer: str, token: str) -> None:
        lane = self.lanes[peer, payee, token]
        need(lane.leaves_at > 0, "Nothing announced.")
        need(self.now >= lane.leaves_at, "Too early.")
        lane.setoff, lane.leaves_at = False, 0

    def set_signer(self, party: str, key: str, rights: int) -> None:
        before, retires_at = self.keys.get((party, key), (0, 0))
        if rights & 1:
            retires_at = 0
        elif before & 1:
            retires_at = self.now + self.delay
        self.keys[party, key] = rights, retires_at

    def reach(self, payer: str, signer: str) -> int:
        """0: nothing, 1: the reserve, 2: all."""
        rights, retires_at = self.keys.get((payer, signer), (0, 0))
        return 2 if signer == payer or rights & 1 else int(self.now < retires_at)

    def claim(self, payer: str, payee: str, token: str, signer: str, cumulative: int, evidence: bytes) -> int:
        lane, reach = self.lanes[payer, payee, token], self.reach(payer, signer)
        need(cumulative < 2**120, "Cumulative too large.")
        need(cumulative > lane.claimed, "Nothing new in this voucher.")
        need(reach > 0, "Voucher not signed by its payer.")
        owed = cumulative - lane.claimed
        from_reserve = min(owed, lane.reserved)
        from_free = min(owed - from_reserve, self.free[payer, token]) if reach == 2 else 0
        paid = from_reserve + from_free
        need(paid > 0, "Payer has no money.")
        lane.take(from_reserve)
        self.free[payer, token] -= from_free
        lane.claimed += paid
        if lane.window:
            self.mature(payer, payee, token)
            epoch = self.now // lane.window
            lane.start.setdefault(epoch, lane.claimed - paid)
            lane.held[epoch] = lane.held.get(epoch, 0) + paid
            lane.evidence[epoch] = evidence
        else:
            self._income(payer, payee, token, paid)
        return paid

    def net(
        self,
        a: str,
        b: str,
        token: str,
        ab: tuple[str, int, bytes],
        ba: tuple[str, int, bytes],
    ) -> int:
        owed = [
            self._owed(payer, payee, token, signer, cumulative)
            for payer, payee, (signer, cumulative, _) in ((a, b, ab), (b, a, ba))
        ]
        for payer, payee in ((a, b), (b, a)):
            self.lanes[payer, payee, token].claimed += min(owed)
        payer, payee, voucher = (a, b, ab) if owed[0] > owed[1] else (b, a, ba)
        try:
            return self.claim(payer, payee, token, *voucher)
        except Refused:
            return 0

    def agree_hold_back(self, payer: str, payee: str, token: str, window: int, arbiter: str) -> None:
        lane = self.lanes[payer, payee, token]
        need(not any(lane.held.values()), "Collect the held money first.")
        lane.window, lane.arbiter = window, arbiter
        lane.held, lane.start, lane.evidence = {}, {}, {}

    def mature(self, payer: str, payee: str, token: str) -> int:
        lane = self.lanes[payer, payee, token]
        need(lane.window > 0, "No hold-back agreed.")
        ripe = [epoch for epoch in lane.held if epoch + 2 <= self.now // lane.window]
        amount = sum(lane.held.pop(epoch) for epoch in ripe)
        self._income(payer, payee, token, amount)
        return amount

    def dispute(self, payer: str, payee: str, token: str, epoch: int, leaf: bytes, amount: int) -> int:
        """With a proof that is good."""
        self.mature(payer, payee, token)
        lane = self.lanes[payer, payee, token]
        need(leaf not in lane.disputes, "Leaf already disputed.")
        frozen = min(amount, lane.held.get(epoch, 0))
        need(frozen > 0, "Nothing held to freeze.")
        lane.held[epoch] -= frozen
        lane.disputes[leaf] = frozen, self.now + ARBITRATION * lane.window
        return frozen

    def resolve(self, sender: str, payer: str, payee: str, token: str, leaf: bytes, to_payer: int) -> None:
        lane = self.lanes[payer, payee, token]
        frozen, timeout = lane.disputes.get(leaf, (0, 0))
        need(frozen > 0, "No such dispute.")
        need(to_payer <= frozen, "More than disputed.")
        concedes = sender == payee and to_payer == frozen
        gives_up = to_payer == 0 and (sender == payer or self.now >= timeout)
        decides = sender == lane.arbiter and self.now < timeout
        need(concedes or gives_up or decides, "Not yours to resolve.")
        lane.disputes[leaf] = 0, timeout
        self.free[payer, token] += to_payer
        self._income(payer, payee, token, frozen - to_payer)

    def _owed(self, payer: str, payee: str, token: str, signer: str, cumulative: int) -> int:
        lane = self.lanes[payer, payee, token]
        need(not lane.window, "Lane holds back: claim instead.")
        if cumulative <= lane.claimed:
            return 0
        need(cumulative < 2**120, "Cumulative too large.")
        need(self.reach(payer, signer) == 2, "Voucher not signed by its payer.")
        return cumulative - lane.claimed

    def _income(self, payer: str, payee: str, token: str, amount: int) -> None:
        if self.lanes[payer, payee, token].setoff:
            self.lanes[payee, payer, token].reserved += amount
        else:
            self.free[payee, token] += amount
