"""What is disputed on chain, shown as cases: opened when it is frozen, closed when somebody has it.

Nothing is disputed or conceded here by itself: that is for people (``ocn settlement dispute``). Confirmed
blocks alone count, so a case never tells of what a reorganisation takes back.
"""

import logging
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from ocn.settlement.core.canonical import canonical
from ocn.settlement.core.disputing import Dispute, opened_leaf
from ocn.settlement.core.evidence import Kind
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.reasons import Reason
from ocn.settlement.records import Case, Outcome, Step
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.proving import Found, disputed_leaf

_LOG = logging.getLogger("ocn.settlement")
_SHORT: Final = 12
_LAST: Final = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class Disputing:
    """Of one party, on every lane it pays or is paid on."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        self._house = pairs.house
        self._told: dict[tuple[Lane, bytes], bool] = {}
        """Disputes that have a case, and whether it is closed."""

    async def step(self) -> None:
        """Open and close cases as the chain says."""
        looked: set[Lane] = set()
        for pair in await self._pairs.all():
            for lane in (pair.account.out, pair.account.into):
                if lane in looked:
                    continue
                looked.add(lane)
                for dispute in await self._house.ledger.disputes(lane, confirmed=True):
                    await self._follow(pair, dispute)

    async def _follow(self, pair: Pair, dispute: Dispute) -> None:
        name, ended = (dispute.lane, dispute.leaf), bool(dispute.resolved_in)
        if self._told.get(name) == ended:
            return
        own, case_id = self._house.own, await self._id(dispute)
        if await self._house.store.case(own, case_id) is None:
            case = await self._case(pair, dispute, case_id)
            await self._house.store.record(Step(at=self._house.now(), cases=(case,)))
            _LOG.warning("case %s: %s", case_id, case.detail)
        if ended:
            said = pair.terms.said
            note = (
                f"{said(dispute.to_payer)} to the payer, {said(dispute.to_payee)} to the payee,"
                f" in {dispute.resolved_in}"
            )
            await self._house.store.close_case(own, case_id, Outcome.SETTLED, note, self._house.now())
        self._told[name] = ended

    async def _id(self, dispute: Dispute) -> str:
        """Return how the leaf begins, so that everybody finds one by the other.

        Where a counterparty has named another case so, it is the whole hash, longer than any id it can give.
        """
        short = dispute.leaf.hex()[:_SHORT]
        there = await self._house.store.case(self._house.own, short)
        return short if there is None or there.reason is Reason.DISPUTED else dispute.leaf.hex()

    async def _case(self, pair: Pair, dispute: Dispute, case_id: str) -> Case:
        found = await disputed_leaf(self._house.store, dispute)
        evidence = b"" if found is None else canonical(opened_leaf(found.entry, found.index))
        state = await self._house.ledger.state(dispute.lane)
        until = datetime.fromtimestamp(min(dispute.deadline, _LAST), UTC)
        return Case(
            id=case_id,
            own=self._house.own,
            peer=pair.account.peer,
            owner=pair.payee if found is None else found.leaf.owner,
            session_id="" if found is None else found.leaf.session_id,
            cdr_id="" if found is None or found.leaf.kind is Kind.TICK else found.leaf.id,
            reason=Reason.DISPUTED,
            detail=(
                f"{pair.terms.said(dispute.amount)} are frozen on chain. Until {until:%FT%TZ} the arbiter"
                f" {state.arbiter or 'that no longer is'} may divide them, after that they are the payee's."
                f" {_named(found)} Leaf 0x{dispute.leaf.hex()}."
            ),
            opened_at=self._house.now(),
            evidence=evidence,
            evidence_hash=sha256(evidence).digest() if evidence else b"",
        )


def _named(found: Found | None) -> str:
    if found is None:
        return "This party's log does not have what they were paid for."
    return f"They were paid by voucher {found.entry.number}, as {found.leaf.kind.name} {found.leaf.id}."
