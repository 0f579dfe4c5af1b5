"""Every act of Lanes, done on the contract and on the model: both refuse with one text, or neither does."""

import functools
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from contracts.tests.contract import NOBODY, Contract
from contracts.tests.evidence import History, leaf, leaf_hash
from contracts.tests.evm import Reverted
from contracts.tests.lanes_books import Books, Key
from contracts.tests.lanes_model import LanesModel, Refused
from contracts.tests.market import (
    ARBITER,
    CPO,
    DAY,
    EMSP,
    KEEPER,
    KEY,
    OTHER,
    STRANGER,
    Market,
    new_market,
)
from contracts.tests.people import Person
from contracts.tests.test_lanes_hold_back import FIELDS as HOLD_BACK
from contracts.tests.vouchers import Signed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

PARTIES = (EMSP, CPO, OTHER)
START = 5_000
"""What every party has of each token in its wallet at first."""

PAIRS = [*[(EMSP, CPO)] * 5, *[(CPO, EMSP)] * 3, *((a, b) for a in PARTIES for b in PARTIES if a is not b)]
PATIENCE = (0, 0, DAY - 1, DAY, DAY)
"""Seconds that pass between an announcement and what was announced."""
SHARES = (0, 10, 50, 100, 100, 101)
"""Percent of what there is; the last is a unit more than there is."""

seeds = st.integers(0, 2**32 - 1)
"""Choices within a rule are made by chance: Hypothesis likes small and repeated ones too much to get far."""


@dataclass
class Voucher:
    """One that somebody signed, whether or not it had a right to."""

    payer: Person
    payee: Person
    signer: Person
    token: Contract
    signed: Signed

    @property
    def key(self) -> Key:
        return self.payer.address, self.payee.address, self.token.address

    @property
    def for_model(self) -> tuple[str, int, bytes]:
        return self.signer.address, *self.signed[:2]


@dataclass
class Done:
    """What an act was, for the invariants that ask."""

    function: str = ""
    lanes: set[Key] = field(default_factory=set)
    """Those it may change."""
    free: set[tuple[str, str]] = field(default_factory=set)
    """Party and token whose free money it may change."""


class LanesMachine(RuleBasedStateMachine):
    """Three parties, two tokens, a key each party may or may not have listed, an arbiter."""

    def __init__(self) -> None:
        super().__init__()
        self.market = _with_full_wallets().copy()
        self.model = LanesModel(DAY, self.market.evm.now)
        self.books, self.before = Books(), Books()
        tokens = self.market.euro, self.market.franc
        self.wallets = {(who.address, token.address): START for who in PARTIES for token in tokens}
        self.returned: dict[tuple[str, str], int] = {}
        """To a party by disputes, less what it gave back."""
        self.announced: dict[Key, tuple[int, int]] = {}
        self.vouchers: list[Voucher] = []
        self.histories: dict[Key, History] = {}
        self.ever_keys: set[tuple[str, str]] = set()
        self.done = Done()
        self.acts = 0

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        """Everybody has money; the two that do most have a lane with a reserve."""
        by = self._chance(seed)
        for who in PARTIES:
            self.deposit(who, False, 1_000)
            if by.random() < 0.5:
                self.set_signer(who, 1)
        self.deposit(EMSP, True, 500)
        self.reserve((EMSP, CPO), False, by.randint(1, 900))
        if by.random() < 0.5:
            self.enable_setoff((CPO, EMSP), False)
        if by.random() < 0.5:
            self.agree_hold_back((EMSP, CPO), 3_600)

    # ----------------------------------------------------------------------------------------- rules

    @rule(seed=seeds)
    def act(self, seed: int) -> None:
        """One rule for all: Hypothesis would leave some of several out of most histories."""
        by = self._chance(seed)
        kinds = [self.settle] * 5 + [self.move] * 3 + [self.promise] * 2 + [self.wait]
        if any(lane.held or lane.disputes for lane in self.model.lanes.values()):
            kinds += [self.hold] * 4
        by.choice(kinds)(by)

    def settle(self, by: Random) -> None:
        pair, franc = by.choice(PAIRS), by.random() < 0.1
        for _ in range(by.randint(0, 2)):
            who = by.choice(["payer", "payer", "payer", "key", "key", "stranger"])
            self.sign(pair, franc, by.randint(1, 300), who)
        how = by.choice(["claim", "claim", "claim_one", "net"])
        if how == "claim":
            self.claim(pair, franc, [by.randint(0, 9) for _ in range(by.randint(0, 4))])
        elif how == "claim_one":
            self.claim_one(by.choice([0, 0, 1, 2]))
        else:
            self.sign(pair[::-1], franc, by.randint(1, 300), "payer")
            self.net(pair, franc, by.choice([0, 0, 1, 5]), by.choice([0, 0, 1, 5]))

    def move(self, by: Random) -> None:
        pair, franc, share = by.choice(PAIRS), by.random() < 0.1, by.choice(SHARES)
        how = by.choice(["deposit", "withdraw", "reserve", "return", "request", "release", "release"])
        reserved = [key for key, lane in self.model.lanes.items() if lane.reserved]
        if reserved and how in {"return", "request", "release"} and by.random() < 0.8:
            payer, payee, token = by.choice(reserved)
            pair, franc = (_person(payer), _person(payee)), token == self.market.franc.address
        if how == "deposit":
            self.deposit(pair[0], franc, by.randint(1, 400))
        elif how == "withdraw":
            self.withdraw(pair[0], franc, share)
        elif how == "reserve":
            self.reserve(pair, franc, by.randint(1, 400))
        elif how == "return":
            self.return_reserve(pair, franc, share)
        elif how == "request":
            self.request_release(pair, franc, share)
        else:
            if by.random() < 0.7:
                self.request_release(pair, franc, by.choice([50, 100]))
            self.pass_time(by.choice(PATIENCE))
            self.release(pair, franc, by.choice([EMSP, STRANGER]))

    def promise(self, by: Random) -> None:
        pair, franc = by.choice(PAIRS), by.random() < 0.1
        how = by.choice(["enable", "enable", "request", "leave", "leave", "signer", "signer", "agree"])
        if how == "enable":
            self.enable_setoff(pair, franc)
        elif how == "request":
            self.request_leave_setoff(pair, franc)
        elif how == "leave":
            if by.random() < 0.7:
                self.enable_setoff(pair, franc)
                self.request_leave_setoff(pair, franc)
            self.pass_time(by.choice(PATIENCE))
            self.leave_setoff(pair, franc)
        elif how == "signer":
            self.set_signer(pair[0], by.choice([1, 1, 0, 2, 3]))
        else:
            self.agree_hold_back(pair, by.choice([3_600, 3_600, DAY, 0]))

    def hold(self, by: Random) -> None:
        keys = [key for key, lane in self.model.lanes.items() if lane.held or lane.disputes]
        payer, payee, _ = by.choice(keys)
        pair = _person(payer), _person(payee)
        how = by.choice(["collect", "dispute", "dispute", "resolve"])
        if how == "collect":
            self.pass_time(by.choice([0, 3_600, 7_200]))
            self.collect(pair)
        elif how == "dispute":
            self.pass_time(by.choice([0, 0, 0, 3_600]))
            self.dispute(pair, by.randint(0, 1), by.randint(0, 9))
        else:
            who = by.choice(["payer", "payee", "arbiter", "stranger"])
            self.resolve(pair, who, by.randint(0, 9), by.choice([0, 50, 100]))

    def wait(self, by: Random) -> None:
        self.pass_time(by.choice([1, 1_800, 3_600, 7_200, DAY - 1, DAY]))

    # ------------------------------------------------------------------------------ money and reserves

    def deposit(self, who: Person, franc: bool, amount: int) -> None:
        token = self._token(franc)
        at = who.address, token.address
        if self.wallets[at] < amount:
            return

        def on_model() -> None:
            self.model.free[at] += amount

        if self._act(on_model, set(), {at}, who, "deposit", who, token, amount):
            self.wallets[at] -= amount

    def withdraw(self, who: Person, franc: bool, share: int) -> None:
        token = self._token(franc)
        at = who.address, token.address
        amount = _part(self.model.free[at], share)

        def on_model() -> None:
            self.model.withdraw(*at, amount)

        if self._act(on_model, set(), {at}, who, "withdraw", token, amount, who):
            self.wallets[at] += amount

    def reserve(self, pair: tuple[Person, Person], franc: bool, amount: int) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        self._act(
            lambda: self.model.reserve(*key, amount),
            {key},
            {_payer(key)},
            pair[0],
            "reserve",
            pair[1],
            token,
            amount,
        )

    def request_release(self, pair: tuple[Person, Person], franc: bool, share: int) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        amount = _part(self.model.lanes[key].reserved, share)
        if self._act(
            lambda: self.model.request_release(*key, amount),
            *({key}, set(), pair[0], "requestRelease", pair[1], token, amount),
        ):
            self.announced[key] = amount, self.market.evm.now

    def release(self, pair: tuple[Person, Person], franc: bool, who: Person) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        self._act(lambda: self.model.release(*key), {key}, {_payer(key)}, who, "release", *pair, token)

    def return_reserve(self, pair: tuple[Person, Person], franc: bool, share: int) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        amount = _part(self.model.lanes[key].reserved, share)
        self._act(
            lambda: self.model.return_reserve(*key, amount),
            *({key}, {_payer(key)}, pair[1], "returnReserve", pair[0], token, amount),
        )

    # -------------------------------------------------------------------------------------- vouchers

    def sign(self, pair: tuple[Person, Person], franc: bool, more: int, signer: str) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        who = {"payer": pair[0], "key": KEY, "stranger": STRANGER}[signer]
        history = self.histories.setdefault(key, History())
        if who is STRANGER:
            cumulative, evidence = history.cumulative + more, bytes(32)
        else:
            history.add(leaf(f"{key} {len(history.vouchers)}", more))
            cumulative, evidence = history.cumulative, history.evidence()
        signed = self.market.voucher(*pair, cumulative, evidence=evidence, signer=who, token=token)
        self.vouchers.append(Voucher(*pair, who, token, signed))

    def claim(self, pair: tuple[Person, Person], franc: bool, chosen: list[int]) -> None:
        """The newest voucher and others, now and then for somebody else."""
        payee, token = pair[1], self._token(franc)
        mine = [v for v in self.vouchers if v.payee is payee and v.token is token]
        among = mine if 1 in chosen else self.vouchers
        vouchers = [among[-(number % len(among)) - 1] for number in chosen if among] + self.vouchers[-1:]
        lanes, total = set[Key](), 0
        for voucher in vouchers:
            lanes |= {(voucher.payer.address, payee.address, token.address)}

        def on_model() -> None:
            nonlocal total
            for voucher in vouchers:
                if voucher.payee is payee and voucher.token is token:
                    total += self._claim_on_model(voucher)

        items = [(v.payer.address, *v.signed) for v in vouchers]
        free = {_payer(key) for key in lanes} | {(payee.address, token.address)}
        touched = lanes | {_opposite(key) for key in lanes}
        receipt = self._act(on_model, touched, free, KEEPER, "claim", payee, token, items)
        assert receipt is not None, "6: one bad item never hinders the others"
        assert int.from_bytes(receipt.output, "big") == total

    def claim_one(self, number: int) -> None:
        if not self.vouchers:
            return
        v = self.vouchers[-(number % len(self.vouchers)) - 1]
        self._act(
            lambda: self.model.claim(*v.key, *v.for_model),
            *({v.key, _opposite(v.key)}, _both(v.key), KEEPER, "claimOne"),
            *(v.payer, v.payee, v.token, *v.signed),
        )

    def net(self, pair: tuple[Person, Person], franc: bool, first: int, second: int) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        nothing = Voucher(*pair, STRANGER, token, (0, bytes(32), bytes(32), bytes(32)))
        chosen = []
        for lane, number in ((key, first), (_opposite(key), second)):
            found = [nothing] + [v for v in self.vouchers if v.key == lane]
            chosen.append(found[-(number % len(found)) - 1])
        self._act(
            lambda: self.model.net(*key, chosen[0].for_model, chosen[1].for_model),
            *({key, _opposite(key)}, _both(key), KEEPER, "net", *pair, token),
            *(v.signed for v in chosen),
        )

    # ------------------------------------------------------------------------------ set-off and keys

    def enable_setoff(self, pair: tuple[Person, Person], franc: bool) -> None:
        self._setoff(self.model.enable_setoff, "enableSetoff", pair, franc)

    def request_leave_setoff(self, pair: tuple[Person, Person], franc: bool) -> None:
        self._setoff(self.model.request_leave, "requestLeaveSetoff", pair, franc)

    def leave_setoff(self, pair: tuple[Person, Person], franc: bool) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        self._act(
            lambda: self.model.leave(*key), {_opposite(key)}, set(), KEEPER, "leaveSetoff", *pair, token
        )

    def _setoff(
        self, on_model: Callable[..., None], function: str, pair: tuple[Person, Person], franc: bool
    ) -> None:
        key, token = self._key(pair, franc), self._token(franc)
        self._act(lambda: on_model(*key), {_opposite(key)}, set(), pair[0], function, pair[1], token)

    def set_signer(self, who: Person, rights: int) -> None:
        def on_model() -> None:
            self.model.set_signer(who.address, KEY.address, rights)

        self._act(on_model, set(), set(), who, "setSigner", KEY, rights)
        if rights & 1:
            self.ever_keys.add((who.address, KEY.address))

    # ------------------------------------------------------------------------------------- hold-back

    def agree_hold_back(self, pair: tuple[Person, Person], window: int) -> None:
        key, arbiter = self._key(pair, False), ARBITER.address if window else NOBODY
        nonces = [self.market.lanes.read("nonces", who.address) for who in pair]
        values = (*key, window, arbiter, *nonces, self.market.evm.now)
        message = dict(zip(HOLD_BACK, values, strict=True))
        domain = self.market.domain_data()
        signatures = [who.sign_typed(domain, "HoldBack", HOLD_BACK, message) for who in pair]
        self._act(
            lambda: self.model.agree_hold_back(*key, window, arbiter if window else ""),
            *({key}, set(), KEEPER, "agreeHoldBack", *pair, self.market.euro, window, arbiter),
            *(self.market.evm.now, *signatures),
        )

    def collect(self, pair: tuple[Person, Person]) -> None:
        key = self._key(pair, False)

        def on_model() -> None:
            if self.model.mature(*key) == 0:
                raise Refused("Nothing to collect.")

        self._act(on_model, {key, _opposite(key)}, _both(key), KEEPER, "collect", *pair, self.market.euro)

    def dispute(self, pair: tuple[Person, Person], back: int, number: int) -> None:
        """A leaf that the bucket's evidence covers and that was claimed in that bucket."""
        key = self._key(pair, False)
        lane = self.model.lanes[key]
        epoch = self.model.now // lane.window - back if lane.window else 0
        if not lane.held.get(epoch):
            return
        history = self.histories[key]
        proven = [history.evidence(last) for last in range(1, len(history.vouchers) + 1)]
        last = proven.index(lane.evidence[epoch]) + 1
        within = [n for n in range(last) if history.links()[n][1] > lane.start[epoch]]
        chosen = within[number % len(within)]
        it, *rest = history.dispute(chosen, 0, last)
        self._act(
            lambda: self.model.dispute(*key, epoch, leaf_hash(it), it[3]),
            *({key, _opposite(key)}, _both(key), pair[0], "dispute", *pair, self.market.euro, epoch),
            *(it, *rest),
        )

    def resolve(self, pair: tuple[Person, Person], who: str, number: int, share: int) -> None:
        key = self._key(pair, False)
        disputes = self.model.lanes[key].disputes
        if not disputes:
            return
        it = list(disputes)[number % len(disputes)]
        to_payer = disputes[it][0] * share // 100
        sender = {"payer": pair[0], "payee": pair[1], "arbiter": ARBITER, "stranger": STRANGER}[who]
        if self._act(
            lambda: self.model.resolve(sender.address, *key, it, to_payer),
            *({key, _opposite(key)}, _both(key), sender, "resolve", *pair, self.market.euro, it, to_payer),
        ):
            for at, change in zip(_both_in_order(key), (to_payer, -to_payer), strict=True):
                self.returned[at] = self.returned.get(at, 0) + change

    def pass_time(self, seconds: int) -> None:
        self.market.pass_time(seconds)
        self.model.now += seconds

    # ----------------------------------------------------------------------------------------- both

    def _act(
        self,
        on_model: Callable[[], Any],
        lanes: set[Key],
        free: set[tuple[str, str]],
        sender: Person,
        function: str,
        *arguments: Any,
    ) -> Any:
        """The receipt, or None if both refused; the model is as before then."""
        saved, expected, actual, receipt = deepcopy(self.model), None, None, None
        try:
            on_model()
        except Refused as refusal:
            expected, self.model = str(refusal), saved
        self.before = deepcopy(self.books)
        self.done = Done(function, lanes, free)
        try:
            receipt = self.market.send(sender, function, *arguments)
            self.books.read(self.market.events(receipt))
        except Reverted as reverted:
            actual = reverted.reason
        assert actual == expected
        return receipt

    def _chance(self, seed: int) -> Random:
        """Another one at every step, also where Hypothesis repeats a seed."""
        self.acts += 1
        return Random(f"{seed} {self.acts}")

    def _claim_on_model(self, voucher: Voucher) -> int:
        try:
            return self.model.claim(*voucher.key, *voucher.for_model)
        except Refused:
            return 0

    def _token(self, franc: bool) -> Contract:
        return self.market.franc if franc else self.market.euro

    def _key(self, pair: tuple[Person, Person], franc: bool) -> Key:
        return pair[0].address, pair[1].address, self._token(franc).address


def _person(address: str) -> Person:
    return next(who for who in PARTIES if who.address == address)


def _part(of: int, share: int) -> int:
    """In percent, and a unit more above a hundred."""
    return of * min(share, 100) // 100 + (share > 100)


@functools.cache
def _with_full_wallets() -> Market:
    market = new_market()
    for who in PARTIES:
        for token in (market.euro, market.franc):
            market.mint(who, START, token)
    return market


def _opposite(key: Key) -> Key:
    return key[1], key[0], key[2]


def _payer(key: Key) -> tuple[str, str]:
    return key[0], key[2]


def _both_in_order(key: Key) -> tuple[tuple[str, str], tuple[str, str]]:
    return (key[0], key[2]), (key[1], key[2])


def _both(key: Key) -> set[tuple[str, str]]:
    return set(_both_in_order(key))
