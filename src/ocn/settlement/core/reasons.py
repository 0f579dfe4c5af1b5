"""Why something is not paid: one word each, with what it means for both sides."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """A payer's reason to refuse one item of a request; UNDERPAID is a payee's own."""

    UNREADABLE = "UNREADABLE"
    """The item cannot even be judged."""
    UNKNOWN_SESSION = "UNKNOWN_SESSION"
    """The party that asks has not told of this session, or has not yet."""
    CDR_NOT_RELAYED = "CDR_NOT_RELAYED"
    """The CDR has not come by OCPI, or has not yet."""
    SESSION_BEHIND = "SESSION_BEHIND"
    """The session was told with less energy than its CDR has, and not as ended; the last may still come."""
    CREDIT_MISSING = "CREDIT_MISSING"
    """More was paid than the CDR asks for: a credit voucher comes first."""
    CREDIT_UNSECURED = "CREDIT_UNSECURED"
    """What was paid for this session before was given back by a voucher that nothing secures."""
    TOO_LITTLE = "TOO_LITTLE"
    """A tick for less than the floor of the terms."""
    HOLD_BACK = "HOLD_BACK"
    """The chain holds payments of this lane back otherwise than the terms say, so no session starts."""
    NO_FUNDS = "NO_FUNDS"
    """The payer would sign for more than it has."""
    NOT_OUR_TOKEN = "NOT_OUR_TOKEN"  # noqa: S105  a driver's token, no secret
    """The session was not charged on a token of the payer's."""
    SESSION_DIFFERS = "SESSION_DIFFERS"
    """Token, start, place or currency are others than were told."""
    CDR_DIFFERS = "CDR_DIFFERS"
    """The CDR in the request and the one that came by OCPI say different things."""
    OTHER_TERMS = "OTHER_TERMS"
    """The session is paid under other terms, on another lane."""
    BEFORE_BOOKS = "BEFORE_BOOKS"
    """The session is not in the books, and began before they did. If others were lost, it may be paid."""
    CURRENCY = "CURRENCY"
    """Another currency than the terms'."""
    METER_BACKWARDS = "METER_BACKWARDS"
    """Less energy, or an earlier time, than was paid for already."""
    IN_THE_FUTURE = "IN_THE_FUTURE"
    """The session is told as of a moment to come."""
    TOO_MUCH_POWER = "TOO_MUCH_POWER"
    """More energy than any charge point gives in that time."""
    ENERGY_DIFFERS = "ENERGY_DIFFERS"
    """The CDR has another energy than the session was told with."""
    METER_REFUSED = "METER_REFUSED"
    """The payer's back end does not take the signed meter values of a CDR."""
    UNPRICEABLE = "UNPRICEABLE"
    """The payer cannot compute a price: no tariff that it knew before, or one that it cannot read."""
    PRICE_DIFFERS = "PRICE_DIFFERS"
    """The price is above what the payer computes."""
    WRONG_DECIMALS = "WRONG_DECIMALS"
    """The amount is right but for a power of ten, or is not what the CDR says."""
    VERDICT = "VERDICT"
    """The CDR does not match, and no cause that both accept explains it."""
    UNDERPAID = "UNDERPAID"
    """Vouchers that a payee has got back from the payer call a CDR paid, and pay less than it bills."""
    DUPLICATE_ID = "DUPLICATE_ID"
    """Another CDR had this id."""
    DUPLICATE_SESSION = "DUPLICATE_SESSION"
    """The session is paid by another CDR, which was not credited, or under another id."""
    SESSION_CLOSED = "SESSION_CLOSED"
    """The session is finished; nothing more is added to it."""
    NOT_A_BILL = "NOT_A_BILL"
    """A credit CDR, or a price below zero, is not asked for but given."""
    DISPUTED = "DISPUTED"
    """What was paid and is held back on chain was frozen there. No reason to refuse: a case's alone."""

    @property
    def may_pass(self) -> bool:
        """Whether asking again may succeed by itself."""
        return self in _PASSING

    @property
    def is_of_session(self) -> bool:
        """Whether it stands against the session, whichever CDR bills it."""
        return self is Reason.BEFORE_BOOKS

    @property
    def opens_case(self) -> bool:
        """Whether people should look at it."""
        return self not in _PASSING and self not in _HARMLESS


_PASSING = frozenset(
    {
        Reason.UNKNOWN_SESSION,
        Reason.CDR_NOT_RELAYED,
        Reason.SESSION_BEHIND,
        Reason.IN_THE_FUTURE,
        Reason.CREDIT_MISSING,
        Reason.CREDIT_UNSECURED,
        Reason.HOLD_BACK,
        Reason.TOO_LITTLE,
        Reason.NO_FUNDS,
    }
)
_HARMLESS = frozenset(
    {Reason.UNREADABLE, Reason.SESSION_CLOSED, Reason.NOT_A_BILL, Reason.NOT_OUR_TOKEN, Reason.OTHER_TERMS}
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One item that is not paid. ``detail`` is a sentence for people, with figures."""

    reason: Reason
    detail: str
    missing: int = 0
    """For CREDIT_MISSING, CREDIT_UNSECURED and NO_FUNDS: how many units."""
