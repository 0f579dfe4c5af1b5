"""What a payee does not do by itself after it has lost its books, since it may have done it before."""

from ocn.settlement.core.asks import Ask
from ocn.settlement.core.books import CdrBook, SessionBook
from ocn.settlement.core.reasons import Reason
from ocn.settlement.records import Case, Outcome, Step, case_id
from ocn.settlement.service.pair import Pair


async def may_have_been_credited(pair: Pair, ask: Ask) -> bool:
    """Whether a credit for a session could be a second one; opens a case, and people may say that it is none.

    So it is where the chain has paid credits that this party's log does not name, and the session began
    before its books did. Within a log a credit counts once, whatever became of the vouchers after it.
    """
    account = pair.account
    began = await account.house.store.began(account.house.now())
    if ask.started_at >= began or not await account.begins_above_zero(account.out):
        return False
    detail = "the chain has paid credits that are in no voucher here; one may have been for this session"
    return not await _is_approved(pair, ask, "", Reason.BEFORE_BOOKS, detail)


async def note_underpaid(pair: Pair, ask: Ask, known: CdrBook, book: SessionBook) -> None:
    """Open a case where vouchers that came back accept a CDR, and pay less than it bills."""
    if known.id.casefold() != book.cdr_id.casefold() or book.settled >= ask.total:
        return
    said = pair.terms.said
    detail = f"the payer's vouchers accept CDR {ask.id} for {said(book.settled)}; it bills {said(ask.total)}"
    await _is_approved(pair, ask, ask.id, Reason.UNDERPAID, detail)


async def _is_approved(pair: Pair, ask: Ask, cdr_id: str, reason: Reason, detail: str) -> bool:
    house, named = pair.account.house, case_id(ask.owner, ask.session_id, cdr_id, reason)
    known = await house.store.case(house.own, named)
    if known is None:
        case = Case(
            named,
            house.own,
            pair.account.peer,
            ask.owner,
            ask.session_id,
            cdr_id,
            reason,
            detail,
            house.now(),
        )
        await house.store.record(Step(house.now(), cases=(case,)))
    return known is not None and known.outcome is Outcome.APPROVED
