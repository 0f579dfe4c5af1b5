"""A payee's request and what comes of it: vouchers taken, what the payer has lost sent back, refusals."""

import hashlib
import logging
from collections.abc import Sequence

from ocn.ocpi.errors import InvalidParameters
from ocn.party.errors import PartyError
from ocn.settlement.core.asks import Ask
from ocn.settlement.core.evidence import Entry, Kind
from ocn.settlement.core.reasons import Refusal
from ocn.settlement.errors import EvidenceInvalid, VoucherInvalid
from ocn.settlement.protocol.messages import MOST_ITEMS, Answer, Refused, State
from ocn.settlement.protocol.peer import Peer
from ocn.settlement.protocol.vouchers import MOST_VOUCHERS
from ocn.settlement.records import Case, Step
from ocn.settlement.service.pair import Pair

_LOG = logging.getLogger("ocn.settlement")
_ROUNDS = 1000
"""Of catching up before a request is given up: each moves on by up to a message full of vouchers."""


class Asking:
    """Asks the payer of one pair."""

    def __init__(self, pair: Pair, peer: Peer) -> None:
        self._pair = pair
        self._peer = peer
        self._house = pair.account.house
        self._known_back: int | None = None
        """Up to which voucher the payer knows the lane back; None before it has said so."""

    async def ask(self, asks: Sequence[Ask]) -> list[tuple[Ask, Refusal]]:
        """Ask for sessions and CDRs; what was paid is in the books afterwards. Returns what was refused.

        A payer that cannot be reached, or whose answer is no good, has paid nothing, and that is logged.
        """
        refused: list[tuple[Ask, Refusal]] = []
        try:
            for n in range(0, len(asks), MOST_ITEMS):
                refused += await self._ask(asks[n : n + MOST_ITEMS])
        except (PartyError, InvalidParameters) as error:
            _LOG.warning("no voucher from %s: %s", self._peer.party, error.message)
        except (VoucherInvalid, EvidenceInvalid) as error:
            _LOG.error("a voucher of %s was not accepted: %s", self._peer.party, error.message)
        return refused

    async def deliver_credits(self) -> None:
        """Send the payer the vouchers of the lane back that it does not have yet.

        A payer that cannot be reached has them later, and that is logged.
        """
        last = await self._pair.account.last(self._pair.account.out)
        if last is None or (self._known_back is not None and self._known_back >= last.entry.number):
            return
        try:
            if self._known_back is None:
                await self._learn(await self._request([]))
            await self._send_after(self._known_back or 0)
        except (PartyError, InvalidParameters) as error:
            _LOG.warning("credits not delivered to %s: %s", self._peer.party, error.message)

    async def _send_after(self, number: int) -> None:
        account = self._pair.account
        for _ in range(_ROUNDS):
            vouchers = await self._house.store.vouchers(account.out, after=number, most=MOST_VOUCHERS)
            if not vouchers:
                return
            stands = await self._peer.send(await self._pair.state(), account.out, vouchers)
            if stands.back is None or stands.back.number <= number:
                raise InvalidParameters(f"{self._peer.party} does not take the credits it is sent")
            number = self._known_back = stands.back.number

    async def _ask(self, asks: Sequence[Ask]) -> list[tuple[Ask, Refusal]]:
        items = [_item(ask) for ask in asks]
        for _ in range(_ROUNDS):
            answer = await self._request(items)
            taken = await self._learn(answer)
            if answer.judged:
                await self._open_cases(asks, answer.refused)
                return [(asks[each.item], each.refusal) for each in answer.refused if each.item < len(asks)]
            if not taken and not await self._give_back(answer.state):
                raise InvalidParameters(f"{self._peer.party} neither judges nor says what it lacks")
        raise InvalidParameters(f"{self._peer.party} never catches up")

    async def _request(self, items: Sequence[dict[str, object]]) -> Answer:
        return await self._peer.request(
            await self._pair.state(),
            items,
            payer=self._peer.party,
            timeout_s=float(self._pair.terms.grace_s),
        )

    async def _learn(self, answer: Answer) -> list[Entry]:
        """Take what an answer brings: vouchers, and how far the payer knows the lane back."""
        self._known_back = answer.state.back.number if answer.state.back is not None else 0
        async with self._pair.account.lock:
            return await self._pair.account.accept(answer.vouchers)

    async def _give_back(self, theirs: State) -> bool:
        """Send the payer its own vouchers that it has lost; False when it lacks none."""
        account = self._pair.account
        number = theirs.there.number if theirs.there is not None else 0
        vouchers = await self._house.store.vouchers(account.into, after=number, most=MOST_VOUCHERS)
        if not vouchers:
            return False
        _LOG.warning("%s has lost vouchers after number %d; they are sent back", self._peer.party, number)
        stands = await self._peer.send(await self._pair.state(), account.into, vouchers)
        return stands.there is not None and stands.there.number > number

    async def _open_cases(self, asks: Sequence[Ask], refused: Sequence[Refused]) -> None:
        cases = [
            self._case(asks[each.item], each) for each in refused if each.case_id and each.item < len(asks)
        ]
        if cases:
            await self._house.store.record(Step(self._house.now(), cases=tuple(cases)))

    def _case(self, ask: Ask, refused: Refused) -> Case:
        """The same case as the payer's; a document that is not what its hash says is left out."""
        genuine = hashlib.sha256(refused.evidence).digest() == refused.evidence_hash
        return Case(
            refused.case_id,
            self._house.own,
            self._peer.party,
            ask.owner,
            ask.session_id,
            ask.id if ask.kind is Kind.CDR and not refused.refusal.reason.is_of_session else "",
            refused.refusal.reason,
            refused.refusal.detail,
            self._house.now(),
            refused.evidence if genuine else b"",
            refused.evidence_hash,
        )


def _item(ask: Ask) -> dict[str, object]:
    return {"session" if ask.kind is Kind.TICK else "cdr": ask.document, "total": str(ask.total)}
