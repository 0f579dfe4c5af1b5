"""All counterparties of a party that it has terms with, found by who they are and by lane."""

import asyncio
from datetime import datetime

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms import Terms
from ocn.settlement.errors import NoTerms, TermsInvalid
from ocn.settlement.service.account import Account
from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.session_books import SessionBooks


class Pairs:
    """Made from the store at first need. A pair of earlier terms stays where its lane was another one."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._accounts: dict[Lane, Account] = {}
        self._sessions: dict[PartyId, SessionBooks] = {}
        self._pairs: dict[tuple[PartyId, PartyId], dict[Lane, Pair]] = {}
        self._loading = asyncio.Lock()
        self._began: datetime | None = None

    async def began(self) -> datetime:
        """Return since when this party has its books; what was paid out of others, which are lost, is older.

        Noted at the first need, and in the store, so it is to be asked for as soon as the party is there.
        """
        if self._began is None:
            self._began = await self.house.store.began(self.house.now())
        return self._began

    async def newest(self, payer: PartyId, payee: PartyId) -> Pair | None:
        """Return the pair under its newest terms, in force or not; None where there never were any."""
        pairs = await self._of(payer, payee)
        return max(pairs.values(), key=lambda pair: pair.signed.terms.number, default=None)

    async def terms(self, payer: PartyId, payee: PartyId) -> list[SignedTerms]:
        """Return all terms of two parties, the newest first."""
        kept = [signed for pair in (await self._of(payer, payee)).values() for signed in pair.kept]
        return sorted(kept, key=lambda signed: signed.terms.number, reverse=True)

    async def in_force(self, payer: PartyId, payee: PartyId, at: datetime) -> Pair | None:
        """Return the pair under the newest terms that a session starts under at a moment.

        Those of a lane that was known by then come first: terms count from when they were agreed on or found
        again after a loss.
        """
        found = [(pair.in_force(at), pair) for pair in (await self._of(payer, payee)).values()]
        good = [(pair.since <= at, terms.number, pair) for terms, pair in found if terms is not None]
        return max(good, key=lambda each: each[:2])[2] if good else None

    async def on(self, payer: PartyId, payee: PartyId, lane: Lane) -> Pair:
        """Return the pair whose terms have a lane.

        Raises:
            NoTerms: there is none.
        """
        if (found := (await self._of(payer, payee)).get(lane)) is not None:
            return found
        raise NoTerms(
            f"{payer} and {payee} have agreed on no terms for {lane}",
            hint="Terms are proposed with POST to the endpoint terms.",
        )

    async def all(self) -> list[Pair]:
        """Return every pair of this party."""
        own = self.house.own
        keys = [key for key in await self.house.store.pairs() if own in key]
        return [pair for key in keys for pair in (await self._of(*key)).values()]

    async def agreed(self, signed: SignedTerms) -> Pair:
        """Keep terms that both have signed, and return their pair.

        Raises:
            ConflictingState: other terms of this number are kept.
            TermsInvalid: they contradict the terms of the same two vaults the other way round, or name
                another counterparty's vault.
        """
        terms = signed.terms
        await self._require_own_vault(terms)
        await self._require_one_signer(terms)
        pairs = await self._of(terms.payer.party, terms.payee.party)
        await self.house.store.save_terms(signed, self.house.now())
        kept_at = await self.house.store.agreed_at(terms.payer.party, terms.payee.party)
        self._add(pairs, signed, kept_at[terms.number])
        return pairs[terms.lane]

    async def _require_own_vault(self, terms: Terms) -> None:
        """Two counterparties with one vault would share lanes, and read each other's sessions there."""
        side = terms.payee if terms.payer.party == self.house.own else terms.payer
        for pair in await self.all():
            known = pair.terms.payee if pair.pays else pair.terms.payer
            if known.vault == side.vault and known.party != side.party:
                raise TermsInvalid(
                    f"the vault {side.vault} is that of {known.party}, and {side.party} names it, too",
                    hint="Each party needs a vault of its own.",
                )

    async def _require_one_signer(self, terms: Terms) -> None:
        """Two parties that pay each other use the same keys and decimals both ways.

        Keys change in one direction first: by terms with a higher number than the other direction has.
        """
        other = (await self._of(terms.payee.party, terms.payer.party)).get(terms.lane.opposite)
        if other is None:
            return
        theirs = other.signed.terms
        same = {terms.payer.signer, terms.payee.signer} == {theirs.payer.signer, theirs.payee.signer}
        if terms.decimals != theirs.decimals or not (same or terms.number > theirs.number):
            raise TermsInvalid(
                "the terms the other way round name other keys for the same vaults",
                hint=f"To change keys, number the new terms above {theirs.number}.",
            )

    async def _of(self, payer: PartyId, payee: PartyId) -> dict[Lane, Pair]:
        key = payer, payee
        await self.began()
        async with self._loading:
            if key not in self._pairs:
                pairs: dict[Lane, Pair] = {}
                kept_at = await self.house.store.agreed_at(payer, payee)
                for signed in reversed(await self.house.store.terms(payer, payee)):
                    self._add(pairs, signed, kept_at[signed.terms.number])
                self._pairs[key] = pairs
        return self._pairs[key]

    def _add(self, pairs: dict[Lane, Pair], signed: SignedTerms, kept_at: datetime) -> None:
        terms = signed.terms
        pays = terms.payer.party == self.house.own
        out = terms.lane if pays else terms.lane.opposite
        other = terms.payee if pays else terms.payer
        sessions = self._sessions.setdefault(other.party, SessionBooks(self.house))
        account = self._accounts.setdefault(out, Account(self.house, other.party, out, sessions))
        account.note_peer_key(other.signer, terms.number)
        known = pairs.setdefault(terms.lane, Pair(account, signed, kept_at))
        known.since = min(known.since, kept_at)
        known.keep(signed)
        account.floors[terms.lane] = lambda: known.terms.floor
