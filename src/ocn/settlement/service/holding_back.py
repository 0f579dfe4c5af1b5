"""Holding payments back as the terms say: agreed on chain by both vaults, and collected when it is time.

The payer asks, since the time to dispute is its own: it shows the text with its signature, the payee answers
with the other one, and the payer's keeper takes both to the chain.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ocn.errors import OcnError
from ocn.party.json_text import JsonObject
from ocn.settlement.core.holding_back import HoldBack, hold_back_difference, window_of
from ocn.settlement.core.lane import Lane
from ocn.settlement.errors import TermsInvalid
from ocn.settlement.ports import Keeper
from ocn.settlement.protocol.hold_back import hold_back_answer, hold_back_object, read_hold_back
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.reach import Peers

_LOG = logging.getLogger("ocn.settlement")
_ASK_AGAIN: Final = timedelta(minutes=1)
_GOOD_FOR: Final = timedelta(hours=6)
_LONGEST_DEADLINE: Final = timedelta(days=1)
_COLLECT_EVERY: Final = timedelta(hours=1)


class HoldingBack:
    """Of one party, as payer and as payee."""

    def __init__(self, pairs: Pairs, peers: Peers) -> None:
        self._pairs = pairs
        self._house = pairs.house
        self._peers = peers
        self._next: dict[Lane, datetime] = {}

    async def step(self) -> None:
        """Agree where the chain differs from the terms, and collect what may have been held long enough."""
        keeper = self._house.keeper
        if keeper is None:
            return
        for pair in await self._pairs.all():
            lane, now = pair.terms.lane, self._house.now()
            if now < self._next.get(lane, now):
                continue
            state = await self._house.ledger.state(lane)
            if not pair.pays and state.held:
                self._next[lane] = now + _COLLECT_EVERY
                await keeper.collect(lane)
            elif pair.pays and pair.terms.is_in_force(now) and hold_back_difference(pair.terms, state):
                self._next[lane] = now + _ASK_AGAIN
                await self._agree(pair, keeper)

    async def answer(self, pair: Pair, message: Mapping[str, Any]) -> JsonObject:
        """Sign, as payee, what the payer shows, if it is what the terms say.

        Raises:
            TermsInvalid: it is something else, or for another moment than now.
            NoVaultKey: people have to sign.
        """
        own = self._house.own
        shown, signature = read_hold_back(message, pair.terms.lane)
        wanted = window_of(pair.terms), pair.terms.arbiter
        if (shown.window_s, shown.arbiter) != wanted:
            raise TermsInvalid(
                f"to be held back for {shown.window_s} s with the arbiter {shown.arbiter or 'none'}; "
                f"the terms with {own} say {wanted[0]} s and {wanted[1] or 'none'}"
            )
        if not hold_back_difference(pair.terms, await self._house.ledger.state(pair.terms.lane)):
            raise TermsInvalid("the chain holds back what the terms say already")
        shown.require_signed_by(shown.lane.payer, signature)
        keeper, now = self._house.keeper, self._house.now()
        if shown.deadline > (now + _LONGEST_DEADLINE).timestamp():
            raise TermsInvalid("nothing is signed for later than a day from now")
        vault = shown.lane.payee
        if keeper is None or await keeper.next_number(vault) != shown.number_of(vault):
            raise TermsInvalid(f"that is not the number of the next signed call of {vault}")
        return hold_back_answer(shown.signed_with(self._house.vault_key, vault))

    async def _agree(self, pair: Pair, keeper: Keeper) -> None:
        """A peer that does not sign is asked again; nothing new is paid for meanwhile."""
        lane = pair.terms.lane
        try:
            wanted = HoldBack(
                lane,
                window_of(pair.terms),
                pair.terms.arbiter,
                await keeper.next_number(lane.payer),
                await keeper.next_number(lane.payee),
                int((self._house.now() + _GOOD_FOR).timestamp()),
            )
            own = wanted.signed_with(self._house.vault_key, lane.payer)
            theirs = await self._peers.to(pair.account.peer).hold_back(hold_back_object(wanted, own))
            wanted.require_signed_by(lane.payee, theirs)
            await keeper.hold_back(wanted, own, theirs)
        except OcnError as error:
            _LOG.warning("holding back is not agreed with %s: %s", pair.account.peer, error.message)
