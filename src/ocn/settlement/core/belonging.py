"""Whether an item is a session of these terms, and the one that was told; each answer is None or why not."""

from ocn.ocpi.token_issuer import issuer_key
from ocn.settlement.core.asked import Asked
from ocn.settlement.core.evidence import Kind
from ocn.settlement.core.identity import fixed_members, identity_of
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.terms import Terms


def not_told(asked: Asked) -> Refusal | None:
    """What never came by OCPI opens no case, whatever it says: there could be any number of it."""
    ask = asked.ask
    if asked.session is None and not asked.book.identity:
        return Refusal(Reason.UNKNOWN_SESSION, f"{ask.owner} has told of no session {ask.session_id}")
    if ask.kind is Kind.CDR and asked.cdr is None:
        return Refusal(Reason.CDR_NOT_RELAYED, f"no CDR {ask.id} has come from {ask.owner}")
    return None


def not_as_told(terms: Terms, asked: Asked) -> Refusal | None:
    """A session or CDR must be one that was told of before, under these terms, and the same as then."""
    ask, book = asked.ask, asked.book
    if refusal := not_told(asked):
        return refusal
    if book.lane != terms.lane.key:
        return Refusal(Reason.OTHER_TERMS, f"session {ask.session_id} is paid on {book.lane}")
    return _not_of_these_terms(terms, asked) or _not_to_begin(asked) or _changed(asked)


def _not_of_these_terms(terms: Terms, asked: Asked) -> Refusal | None:
    document = asked.ask.document
    if document.get("currency") != terms.currency:
        said = str(document.get("currency"))[:10]
        return Refusal(Reason.CURRENCY, f"it is in {said}, the terms are in {terms.currency}")
    if issuer_key(document.get("cdr_token")) not in (None, asked.own.key):  # OCPI 2.2 names no issuer
        return Refusal(Reason.NOT_OUR_TOKEN, f"the token is not of {asked.own}")
    if asked.twin:
        detail = f"the same token, start and place were paid for as session {asked.twin}"
        return Refusal(Reason.DUPLICATE_SESSION, detail)
    return None


def _not_to_begin(asked: Asked) -> Refusal | None:
    """What is about to be paid for the first time began under terms that are kept, for a known driver."""
    ask = asked.ask
    if not asked.covered:
        detail = f"it began at {ask.started_at:%FT%TZ}, when those of another lane, or none, were in force"
        return Refusal(Reason.OTHER_TERMS, detail)
    if asked.before_books and not asked.admitted:
        detail = f"session {ask.session_id} began before the books of {asked.own} did, and is not in them"
        return Refusal(Reason.BEFORE_BOOKS, detail)
    if not asked.vouched:
        return Refusal(Reason.NOT_OUR_TOKEN, f"no driver of {asked.own} is known to charge there")
    return None


def _changed(asked: Asked) -> Refusal | None:
    ask = asked.ask
    different: list[str] = []
    if asked.book.identity and identity_of(ask.document) != asked.book.identity:
        different = ["token, start, place or currency"]
    elif asked.session is not None:
        told = fixed_members(asked.session)
        different = [name for name, value in fixed_members(ask.document).items() if value != told[name]]
    if not different:
        return None
    detail = f"{', '.join(different)} of session {ask.session_id} was told otherwise"
    return Refusal(Reason.SESSION_DIFFERS, detail)
