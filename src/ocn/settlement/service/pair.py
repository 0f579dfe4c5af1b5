"""One direction of an account under its terms: who pays whom for charging."""

from collections.abc import Sequence
from datetime import datetime

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Terms
from ocn.settlement.protocol.messages import state_object
from ocn.settlement.service.account import Account


class Pair:
    """A payer and a payee; one of them is this party. The terms' lane is the account's lane out or in.

    Newer terms for the same lane take the place of the earlier ones once they begin.
    """

    def __init__(self, account: Account, signed: SignedTerms, since: datetime) -> None:
        self.account = account
        self.lane = signed.terms.lane
        self.since = since
        """When the first terms of this lane were kept here; after a loss, when they were found again."""
        self._kept = [signed]

    def keep(self, signed: SignedTerms) -> None:
        """Add terms, or take what is signed of known ones anew."""
        others = [each for each in self._kept if each.terms.number != signed.terms.number]
        self._kept = sorted([*others, signed], key=lambda each: each.terms.number, reverse=True)

    @property
    def kept(self) -> Sequence[SignedTerms]:
        """All terms of the lane, the newest first."""
        return self._kept

    @property
    def signed(self) -> SignedTerms:
        """The newest terms, whether they have begun or not."""
        return self._kept[0]

    @property
    def terms(self) -> Terms:
        """The terms of now, in force or run out; before any have begun, the newest."""
        return self.terms_at(self.account.house.now()) or self.signed.terms

    def terms_at(self, moment: datetime) -> Terms | None:
        """Return the newest terms that had begun at a moment."""
        begun = (
            each.terms
            for each in self._kept
            if each.terms.valid_from is None or each.terms.valid_from <= moment
        )
        return next(begun, None)

    def in_force(self, moment: datetime) -> Terms | None:
        """Return the terms under which a session may have started at a moment."""
        terms = self.terms_at(moment)
        return terms if terms is not None and terms.is_in_force(moment) else None

    @property
    def payee(self) -> PartyId:
        """The CPO, whose sessions these are."""
        return self.signed.terms.payee.party

    @property
    def pays(self) -> bool:
        """Whether this party is the payer."""
        return self.lane == self.account.out

    @property
    def sets_off(self) -> bool:
        """Whether both lanes are one figure by these terms. What is held back cannot be netted."""
        terms = self.terms
        return terms.set_off and not terms.hold_back_h

    async def state(self) -> JsonObject:
        """Return what this party tells the other one of both lanes."""
        lane = self.lane
        return state_object(lane, await self.account.last(lane), await self.account.last(lane.opposite))
