"""The sessions that run at a payee under one pair's terms: as told by the back end, and as covered."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ocn.party.json_text import JsonObject
from ocn.settlement.core.asks import Ask
from ocn.settlement.core.books import SessionBook
from ocn.settlement.core.delivering import Delivery, is_due, may_ask
from ocn.settlement.core.reasons import Refusal
from ocn.settlement.service.pair import Pair


@dataclass(frozen=True, slots=True)
class Running:
    """One session: the newest ask for it, and how it stands."""

    ask: Ask
    delivery: Delivery

    def item(self) -> JsonObject:
        """As it stands in a request."""
        return {"session": self.ask.document, "total": str(self.ask.total)}


class Deliveries:
    """By session id, in lower case. Everything here is made again from what the back end tells next."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._running: dict[str, Running] = {}

    def __iter__(self) -> Iterator[Running]:
        return iter(list(self._running.values()))

    def __len__(self) -> int:
        return len(self._running)

    def get(self, session_id: str) -> Running | None:
        """Return a session."""
        return self._running.get(session_id.casefold())

    def tell(self, ask: Ask, book: SessionBook, now: datetime) -> Running:
        """Take what the back end tells; older news than is known changes nothing.

        More energy is never older, whatever the charge point's clock says: it was delivered.
        """
        known = self._running.get(ask.session_id.casefold())
        if known is None:
            # The energy in the book is the payer's word: it cannot cover more than was delivered.
            covered_wh = min(book.wh, ask.wh)
            delivery = Delivery(ask.session_id, book.settled, covered_wh, book.settled, covered_wh, now)
        elif ask.stated_at < known.ask.stated_at and ask.wh <= known.ask.wh:
            return known
        else:
            delivery = known.delivery
        return self.put(Running(ask, delivery.grown(ask.total, ask.wh)))

    def put(self, running: Running) -> Running:
        """Keep a session as it is now."""
        self._running[running.ask.session_id.casefold()] = running
        return running

    def change(self, session_id: str, change: Callable[[Delivery], Delivery]) -> None:
        """Change how a session stands, if it still runs."""
        if running := self.get(session_id):
            self.put(replace(running, delivery=change(running.delivery)))

    def end(self, session_id: str) -> None:
        """A session is over: its CDR asks for the rest."""
        self._running.pop(session_id.casefold(), None)

    def to_ask(self, now: datetime) -> list[Running]:
        """Return what one request asks for: everything open, as soon as one session is due."""
        if not any(is_due(self._pair.terms, running.delivery, now) for running in self._running.values()):
            return []
        return [r for r in self._running.values() if may_ask(self._pair.terms, r.delivery, now)]

    def asked(self, sessions: Iterable[Running], now: datetime) -> None:
        """Note that a request for these is on its way."""
        for running in sessions:
            self.change(running.ask.session_id, lambda delivery: delivery.asked(now))

    def cover(self, books: Mapping[str, SessionBook], now: datetime) -> None:
        """Note what vouchers cover."""
        for session_id, book in books.items():
            if book.is_finished:
                self.end(session_id)
            else:
                settled = book.settled
                self.change(session_id, lambda delivery, settled=settled: delivery.paid(settled, now))  # type: ignore[misc]  # default binds it now

    def refuse(self, session_id: str, refusal: Refusal) -> None:
        """Note why the payer does not pay."""
        self.change(session_id, lambda delivery: replace(delivery, refused=refusal))
