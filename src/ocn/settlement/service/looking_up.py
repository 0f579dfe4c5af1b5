"""What a payer must know before it judges an item: what was relayed, the tariffs, its own price."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

from ocn.party.json_text import JsonObject, decode_json, encode_json
from ocn.settlement.core.asked import Asked, Verdict
from ocn.settlement.core.asks import Ask
from ocn.settlement.core.books import SessionBook
from ocn.settlement.core.evidence import Kind
from ocn.settlement.core.reasons import Reason
from ocn.settlement.core.terms import Terms
from ocn.settlement.heard import CLOCK_SKEW
from ocn.settlement.ports import Drivers, Meters, Pricing, Relayed
from ocn.settlement.records import Outcome, case_id
from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs

_FOR_PEOPLE = (Reason.VERDICT, Reason.ENERGY_DIFFERS, Reason.TOO_MUCH_POWER, Reason.METER_REFUSED)
"""What people may overrule."""
_MOST_SESSIONS = 20_000
"""Whose tariffs are kept in memory."""


class LookingUp:
    """Asks whoever knows; decides nothing."""

    def __init__(
        self,
        house: House,
        pairs: Pairs,
        relayed: Relayed,
        pricing: Pricing,
        drivers: Drivers | None = None,
        meters: Meters | None = None,
    ) -> None:
        self._house = house
        self._pairs = pairs
        self._relayed = relayed
        self._pricing = pricing
        self._drivers = drivers
        self._meters = meters
        self._tariffs: dict[tuple[str, str], tuple[Sequence[JsonObject], str | None]] = {}

    async def around(self, ask: Ask, book: SessionBook, pair: Pair) -> Asked:
        """Return an item with everything that judging it needs."""
        asked = await (
            self._around_cdr(ask, book) if ask.kind is Kind.CDR else self._around_tick(ask, book, pair.terms)
        )
        if not book.is_known:
            asked = replace(asked, covered=await self._is_covered(ask, pair))
            if await self._is_before_books(ask):
                admitted = await self._is_approved(ask, Reason.BEFORE_BOOKS, "")
                asked = replace(asked, before_books=True, admitted=admitted)
        if self._drivers is None or book.identity or asked.session is None:
            return asked
        return replace(asked, vouched=await self._drivers.charges(ask.owner, asked.session))

    async def _around_tick(self, ask: Ask, book: SessionBook, terms: Terms) -> Asked:
        told = None if book.identity else await self._relayed.session(ask.owner, ask.session_id)
        if told is None and not book.identity:
            return Asked(ask, self._house.own, book, None)  # refused as unknown, whatever it costs
        tariffs, zone = await self._sold_by(ask)
        price = self._pricing.price(ask.document, tariffs, time_zone=zone, vat_included=terms.vat_included)
        return Asked(ask, self._house.own, book, told, price=price)

    async def tariffs_to_keep(self, ask: Ask) -> bytes:
        """Return the tariffs of a session as they are kept for it, with its time zone."""
        tariffs, zone = await self._sold_by(ask)
        return encode_json({"tariffs": list(tariffs), "time_zone": zone})

    def finished(self, ask: Ask) -> None:
        """Forget a session that is over."""
        self._tariffs.pop(_key(ask), None)

    async def _around_cdr(self, ask: Ask, book: SessionBook) -> Asked:
        told = await self._relayed.session(ask.owner, ask.session_id)
        posted = await self._relayed.cdr(ask.owner, ask.id)
        known = (await self._house.store.cdrs(ask.owner, [ask.id])).get(ask.id)
        verdict: Verdict | None = None
        if told is not None and posted is not None:
            tariffs, zone = await self._sold_by(ask)
            verdict = self._pricing.verify(ask.document, tariffs, time_zone=zone)
        overruled = await self._overruled(ask)
        objection = ""
        if self._meters is not None and posted is not None and not overruled:
            objection = await self._meters.objection(ask.owner, ask.document)
        return Asked(
            ask,
            self._house.own,
            book,
            told,
            posted,
            known,
            verdict=verdict,
            objection=objection,
            overruled=overruled,
        )

    async def _is_covered(self, ask: Ask, pair: Pair) -> bool:
        """Whether a session is asked for by the terms that it began under, by one clock or the other."""
        for skew in (timedelta(0), CLOCK_SKEW, -CLOCK_SKEW):
            if await self._pairs.in_force(self._house.own, pair.payee, ask.started_at + skew) is pair:
                return True
        return False

    async def _is_before_books(self, ask: Ask) -> bool:
        """Whether a session may have begun before these books, and been paid out of others that are lost."""
        since = await self._relayed.since(ask.owner, ask.session_id)
        return since is None or since < await self._pairs.began()

    async def _overruled(self, ask: Ask) -> bool:
        for reason in _FOR_PEOPLE:
            if await self._is_approved(ask, reason, ask.id):
                return True
        return False

    async def _is_approved(self, ask: Ask, reason: Reason, cdr_id: str) -> bool:
        named = case_id(ask.owner, ask.session_id, cdr_id, reason)
        case = await self._house.store.case(self._house.own, named)
        return case is not None and case.outcome is Outcome.APPROVED

    async def _sold_by(self, ask: Ask) -> tuple[Sequence[JsonObject], str | None]:
        """Return tariffs and time zone as they were before the session began."""
        key = _key(ask)
        if key not in self._tariffs:
            if len(self._tariffs) >= _MOST_SESSIONS:
                self._tariffs.pop(next(iter(self._tariffs)))
            self._tariffs[key] = await self._kept(ask) or await self._told(ask)
        tariffs, zone = self._tariffs[key]
        known = {_id(tariff) for tariff in tariffs}
        if not _tariffs_named(ask.document) <= known:
            # A session may change over to another tariff that it could have been sold by from the beginning.
            others = [each for each in (await self._told(ask))[0] if _id(each) not in known]
            self._tariffs[key] = [*tariffs, *others], zone
        return self._tariffs[key]

    async def _kept(self, ask: Ask) -> tuple[Sequence[JsonObject], str | None] | None:
        kept = await self._house.store.tariffs(ask.owner, ask.session_id)
        if kept is None:
            return None
        value = decode_json(kept)
        return cast("list[JsonObject]", value["tariffs"]), value["time_zone"]

    async def _told(self, ask: Ask) -> tuple[Sequence[JsonObject], str | None]:
        zone = await self._relayed.time_zone(ask.owner, ask.document)
        return await self._relayed.tariffs(ask.owner, ask.document), zone


def _key(ask: Ask) -> tuple[str, str]:
    return ask.owner.key, ask.session_id.casefold()


def _tariffs_named(document: JsonObject) -> set[str]:
    periods = document.get("charging_periods")
    periods = periods if isinstance(periods, list) else []
    named = [period.get("tariff_id") for period in periods if isinstance(period, dict)]
    return {each.casefold() for each in named if isinstance(each, str)}


def _id(tariff: JsonObject) -> str:
    return str(tariff.get("id")).casefold()
