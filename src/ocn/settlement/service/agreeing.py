"""Coming to terms with a counterparty, and finding them again after everything was lost."""

import logging
from typing import Final

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import PartyError
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Side, Terms
from ocn.settlement.errors import SettlementError, TermsInvalid, TermsRefused
from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.reach import Peers
from ocn.signing.addresses import same_address

_LOG = logging.getLogger("ocn.settlement")
_MOST_AHEAD: Final = 16


class Agreeing:
    """Terms of one party."""

    def __init__(self, house: House, pairs: Pairs, peers: Peers) -> None:
        self._house = house
        self._pairs = pairs
        self._peers = peers

    async def propose(self, terms: Terms) -> Pair:
        """Sign terms, have the other side sign them, and keep them.

        Raises:
            TermsRefused: it does not want them, and says why.
            TermsInvalid: its signature is not that of the terms.
            PartyError: it was not reached, or refused for another reason.
        """
        signed = self._signed(SignedTerms(terms))
        peer = self._peer_of(terms)
        await self._require_vault_on_chain(terms, terms.side_of(peer))
        agreed = await self._peers.to(peer).propose(signed)
        if agreed.hash != signed.hash:
            raise TermsInvalid(f"{peer} has signed other terms than were proposed")
        await self._require_both(agreed)
        return await self._pairs.agreed(agreed)

    async def consider(self, proposal: SignedTerms, sender: PartyId) -> SignedTerms:
        """Agree to what a counterparty proposes, or say why not. Agreeing twice is agreeing once.

        Raises:
            TermsRefused, TermsInvalid: nothing is signed.
        """
        terms = proposal.terms
        terms.side_of(self._house.own)
        if self._peer_of(terms) != sender:
            raise TermsInvalid(f"these terms are with {self._peer_of(terms)}, and {sender} proposes them")
        proposal.require_signature_of(sender)
        proposal.require_vault_of(sender)
        await self._require_listed_key(terms, sender)
        newest = await self._pairs.newest(terms.payer.party, terms.payee.party)
        if newest is not None and newest.signed.hash == proposal.hash:
            return await self._agreed_before(newest, proposal)
        await self._require_wanted(terms, newest.signed.terms.number if newest is not None else 0)
        agreed = self._signed(proposal)
        return (await self._pairs.agreed(agreed)).signed

    async def recover(self, peer: PartyId, *, unasked: bool = False) -> list[Pair]:
        """Fetch the terms that a counterparty still has; this party's own signature on them proves them.

        It may show older ones than the newest, which nobody here remembers. ``unasked``, when no people look
        at what comes, takes only what would be agreed to today.
        """
        own = self._house.own
        found: list[Pair] = []
        for payer, payee in ((own, peer), (peer, own)):
            pair: Pair | None = None
            try:
                for signed in await self._shown(peer, payer, payee):
                    await self._require_both(signed)
                    if unasked and (reasons := self._house.bounds.against(signed.terms, own)):
                        raise TermsRefused(reasons)
                    pair = await self._pairs.agreed(signed)
            except (PartyError, InvalidParameters, SettlementError) as error:
                _LOG.info("not all terms of %s with %s were recovered: %s", payer, payee, error.message)
            if pair is not None:
                found.append(pair)
        return found

    async def _shown(self, peer: PartyId, payer: PartyId, payee: PartyId) -> list[SignedTerms]:
        """Return what a counterparty shows, the oldest first: terms of today, and any agreed on ahead."""
        shown = [await self._peers.to(peer).terms(payer=payer, payee=payee)]
        while self._is_to_come(shown[0].terms) and len(shown) < _MOST_AHEAD:
            number = shown[0].terms.number
            try:
                earlier = await self._peers.to(peer).terms(payer=payer, payee=payee, before=number)
            except PartyError:
                break  # there are none
            if earlier.terms.number >= number:
                break
            shown.insert(0, earlier)
        return shown

    def _is_to_come(self, terms: Terms) -> bool:
        return terms.valid_from is not None and terms.valid_from > self._house.now()

    async def _require_both(self, signed: SignedTerms) -> None:
        terms = signed.terms
        if not same_address(terms.side_of(self._house.own).key, self._house.key.address):
            raise TermsInvalid("these terms name another key for this party")
        for side in (terms.payer, terms.payee):
            signed.require_signature_of(side.party)
            signed.require_vault_of(side.party)
        await self._require_listed_key(terms, self._peer_of(terms))

    async def _require_listed_key(self, terms: Terms, party: PartyId) -> None:
        """The key that signs for a counterparty is the one the registry lists for it."""
        if self._house.keys is None:
            return
        listed = await self._house.keys.keys(party)
        if listed is None or not same_address(listed.party, terms.side_of(party).key):
            raise TermsInvalid(f"the registry lists another key for {party} than signs these terms")

    async def _agreed_before(self, known: Pair, proposal: SignedTerms) -> SignedTerms:
        """Terms that were kept before vaults were proven get the proofs now."""
        if known.signed.proves_vaults:
            return known.signed
        await self._require_vault_on_chain(
            proposal.terms, proposal.terms.side_of(self._peer_of(proposal.terms))
        )
        return (await self._pairs.agreed(self._signed(proposal))).signed

    def _signed(self, terms: SignedTerms) -> SignedTerms:
        return terms.signed_by(self._house.key, self._house.own, voucher_key=self._house.voucher_key)

    async def _require_vault_on_chain(self, terms: Terms, side: Side) -> None:
        """The key that proves a vault is one that the contract lists for it."""
        if not await self._house.ledger.may_sign(self._lane_from(terms, side), side.signer):
            raise TermsInvalid(_may_not_sign(side))

    async def _require_wanted(self, terms: Terms, newest: int) -> None:
        reasons = list(self._house.bounds.against(terms, self._house.own))
        if terms.number <= newest:
            reasons.append(f"terms number {newest} are agreed already")
        if not same_address(terms.side_of(self._house.own).key, self._house.key.address):
            reasons.append(f"the key of {self._house.own} is {self._house.key.address}")
        if not reasons:  # the chain is asked about a token only if it is one of this party's own
            reasons += await self._against_chain(terms)
        if reasons:
            raise TermsRefused(tuple(reasons))

    async def _against_chain(self, terms: Terms) -> list[str]:
        ledger, lane = self._house.ledger, terms.lane
        decimals = await ledger.decimals(lane)
        reasons: list[str] = []
        if decimals != terms.decimals:
            reasons.append(f"token {lane.token} has {decimals} decimals, not {terms.decimals}")
        return reasons + [
            _may_not_sign(side)
            for side in (terms.payer, terms.payee)
            if not await ledger.may_sign(self._lane_from(terms, side), side.signer)
        ]

    @staticmethod
    def _lane_from(terms: Terms, side: Side) -> Lane:
        return terms.lane if side is terms.payer else terms.lane.opposite

    def _peer_of(self, terms: Terms) -> PartyId:
        payer, payee = terms.payer.party, terms.payee.party
        return payee if payer == self._house.own else payer


def _may_not_sign(side: Side) -> str:
    return f"{side.signer} may not sign for the vault {side.vault} of {side.party}"
