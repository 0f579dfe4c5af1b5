"""Prices and verdicts from :mod:`ocn.tariffs`, as settlement wants them."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.ocpi.timestamps import parse_datetime
from ocn.settlement.core.asked import Verdict
from ocn.settlement.core.canonical import JsonObject
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.too_much import too_much
from ocn.tariffs import Policy, TariffError, compute, explain, record, verify

_HOUR_S: Final = 3600
_UNKNOWN_TARIFF: Final = "no tariff of this session was told before it was asked for"


class TariffEngine:
    """:class:`ocn.settlement.ports.Pricing` by the tariffs that were known before, never by those in a CDR.

    Args:
        policy: how to read what OCPI leaves open.
        version: of the counterparties' documents; found by their members when it is not given.
    """

    def __init__(self, policy: Policy | None = None, *, version: str | None = None) -> None:
        self._policy = policy or Policy()
        self._version = version

    def price(
        self,
        session: JsonObject,
        tariffs: Sequence[JsonObject],
        *,
        time_zone: str | None,
        vat_included: bool,
    ) -> Decimal | Refusal:
        """See the port. Bounds are left to the CDR: a running session is paid by what is computed.

        A session that is told without periods is priced as one.
        """
        if not tariffs:
            return Refusal(Reason.UNPRICEABLE, _UNKNOWN_TARIFF)
        try:
            whole = session if session.get("charging_periods") else _in_one_period(session)
            read = record(whole, list(tariffs), time_zone=time_zone, version=self._version)
            if surplus := too_much(read, parse_datetime(str(session.get("last_updated")))):
                return Refusal(Reason.UNPRICEABLE, surplus)
            total = compute(read, self._policy).total
        except TariffError as error:
            return Refusal(Reason.UNPRICEABLE, error.message)
        except ValueError:
            return Refusal(Reason.UNPRICEABLE, "the session does not say as of when it is told")
        amount = total.incl if vat_included else total.excl
        if amount is None:
            return Refusal(Reason.UNPRICEABLE, "the tariff does not say what this costs")
        return _four_decimals(amount)

    def verify(self, cdr: JsonObject, tariffs: Sequence[JsonObject], *, time_zone: str | None) -> Verdict:
        """See the port."""
        if not tariffs:
            return Verdict("undecidable", (), _UNKNOWN_TARIFF, b"", b"")
        try:
            found = verify(
                cdr, list(tariffs), time_zone=time_zone, version=self._version, policy=self._policy
            )
        except TariffError as error:
            return Verdict("undecidable", (), error.message, b"", b"")
        return Verdict(
            str(found.verdict),
            tuple(tuple(str(code) for code in each.codes) for each in found.explanations),
            " ".join(explain(found).sentences),
            found.evidence(),
            found.evidence_hash,
            with_vat=found.total_cost.incl is not None,
        )


def _in_one_period(session: JsonObject) -> JsonObject:
    began, kwh = session.get("start_date_time"), session.get("kwh")
    seconds = _seconds(began, session.get("end_date_time") or session.get("last_updated"))
    if kwh is None or seconds is None:
        return session
    hours = _four_decimals(Fraction(seconds, _HOUR_S))
    dimensions = [{"type": "ENERGY", "volume": kwh}, {"type": "TIME", "volume": hours}]
    return {**session, "charging_periods": [{"start_date_time": began, "dimensions": dimensions}]}


def _seconds(began: object, ended: object) -> int | None:
    if not isinstance(began, str) or not isinstance(ended, str):
        return None
    try:
        return max(int((parse_datetime(ended) - parse_datetime(began)).total_seconds()), 0)
    except ValueError:
        return None


def _four_decimals(amount: Fraction) -> Decimal:
    """Round half up, away from zero, as OCPI does; exact until then."""
    sign = -1 if amount < 0 else 1
    return Decimal(sign * int(abs(amount) * 10_000 + Fraction(1, 2))).scaleb(-4)
