"""What a party takes from a peer's voucher before it believes what the leaves do to its books.

The signature and the sums are checked elsewhere; a leaf that is well signed may still give back what was
never paid, or call a session finished for nothing.
"""

from ocn.settlement.core.books import CdrBook, SessionBook
from ocn.settlement.core.evidence import Kind, Leaf
from ocn.settlement.errors import VoucherInvalid


def taken(
    book: SessionBook, leaf: Leaf, bill: CdrBook | None, *, floor: int = 0, least_credit: int = 0
) -> SessionBook:
    """Return the session's book with the leaf.

    ``bill`` is what was billed under the leaf's id by who takes it: None where it is the peer's own CDR, or
    one that was billed before this party lost its books, and of which only the voucher tells. ``floor`` is
    the least that is paid under the terms, but for a CDR that was billed; ``least_credit`` that of the terms
    under which the session was paid, for what is given back.

    Raises:
        VoucherInvalid: it says nothing, or too little, so that any number of it would cost next to nothing;
            more is given back than was paid; or a CDR is accepted that was not billed so, or for less than it
            asks for.
    """
    if leaf.amount == 0 and (leaf.kind is not Kind.CDR or book.is_finished):
        raise VoucherInvalid(f"a leaf for session {leaf.session_id} that says nothing")
    if leaf.kind is not Kind.CREDIT and leaf.amount < floor and bill is None:
        raise VoucherInvalid(
            f"a leaf of {leaf.amount} units for session {leaf.session_id}; the terms say {floor} at least",
            hint="Was an old backup restored, or did the terms change? Then recover what the payer has.",
        )
    if leaf.kind is Kind.CREDIT:
        _require_worth(book, leaf, least_credit)
    after = book.after(leaf)
    if leaf.kind is Kind.CDR and bill is not None:
        if (bill.document, bill.session_id.casefold()) != (leaf.document, leaf.session_id.casefold()):
            raise VoucherInvalid(f"a voucher pays for another CDR {leaf.id} than was billed")
        if after.settled < bill.total:
            raise VoucherInvalid(
                f"CDR {leaf.id} is accepted and not paid: {after.settled} of {bill.total} units"
            )
    return after


def _require_worth(book: SessionBook, leaf: Leaf, least: int) -> None:
    """What is given back was paid, and is worth a voucher.

    A session may have one difference of any size, between its ticks and its CDR, and a CDR that is taken back
    is taken back whole: else whoever was paid a lot could give it back unit by unit, and fill both logs.
    """
    of, amount = f"session {leaf.session_id}", leaf.amount
    if not book.paid:
        raise VoucherInvalid(f"a credit for {of}, for which nothing was paid")
    if amount > book.settled:
        raise VoucherInvalid(f"a credit of {amount} units for {of}, which has cost {book.settled}")
    if book.ends_by(leaf):
        if amount != book.settled:
            raise VoucherInvalid(f"a credit of {amount} units ends {of}, which has cost {book.settled}")
    elif book.credited and amount < min(least, book.settled):
        raise VoucherInvalid(f"another credit for {of}, of {amount} units; the terms say {least} at least")
