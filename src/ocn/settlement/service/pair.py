"""One direction of an account under its terms: who pays whom for charging."""

from dataclasses import dataclass
from datetime import datetime

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Terms
from ocn.settlement.protocol.messages import state_object
from ocn.settlement.service.account import Account


@dataclass(slots=True, eq=False)
class Pair:
    """A payer and a payee; one of them is this party. The terms' lane is the account's lane out or in.

    Newer terms for the same lane take the place of the earlier ones.
    """

    account: Account
    signed: SignedTerms
    since: datetime
    """When the first terms of this lane were kept here; after a loss, when they were found again."""

    @property
    def terms(self) -> Terms:
        """The terms in force."""
        return self.signed.terms

    @property
    def payee(self) -> PartyId:
        """The CPO, whose sessions these are."""
        return self.terms.payee.party

    @property
    def pays(self) -> bool:
        """Whether this party is the payer."""
        return self.terms.lane == self.account.out

    @property
    def sets_off(self) -> bool:
        """Whether both lanes are one figure by these terms. What is held back cannot be netted."""
        return self.terms.set_off and not self.terms.hold_back_h

    async def state(self) -> JsonObject:
        """Return what this party tells the other one of both lanes."""
        lane = self.terms.lane
        return state_object(lane, await self.account.last(lane), await self.account.last(lane.opposite))
