"""What is noticed while periods are priced: the first of each kind, whatever the number of periods."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.model import Period, Record, ZoneSource
from ocn.tariffs.pricing.match import asks_time
from ocn.tariffs.pricing.selection import Offer


@dataclass(slots=True)
class Noticed:
    """Findings about the periods of one record."""

    record: Record
    findings: dict[tuple[Code, Effect], Finding] = field(default_factory=dict)

    def zone(self) -> None:
        """Say that the local time that prices ask for was found by the country alone."""
        zone = self.record.zone
        if zone is not None and zone.source is ZoneSource.COUNTRY:
            message = f"No time zone is given; {self.record.session.country} has one, {zone.name}."
            self._note(Code.TIME_ZONE_FROM_COUNTRY, "", message, Effect.WARNING)

    def misfit(self, period: Period) -> None:
        """Say that the times of a period are not its length."""
        message = "The times of the period differ from its length; the volumes were priced."
        self._note(Code.VOLUME_NOT_LENGTH, _pointer(period), message, Effect.NOTE)

    def inferred(self, period: Period) -> None:
        """Say that a power was computed."""
        message = "A price depends on power, which the period does not state; its mean was computed."
        self._note(Code.RESTRICTION_INPUT_MISSING, _pointer(period), message, Effect.WARNING)

    def open(self, period: Period, others: Sequence[Offer | None], *, clock: bool) -> None:
        """Say that other offers may apply as well, and why nobody can know; ``clock``: if there is one."""
        code, message = _why(period, others, clock=clock)
        self._note(code, _pointer(period), message, Effect.UNDECIDABLE)

    def _note(self, code: Code, pointer: str, message: str, effect: Effect) -> None:
        self.findings.setdefault((code, effect), Finding(code, pointer, message, effect))


def _is_strange(offer: Offer | None) -> bool:
    return bool(offer and offer.element.restrictions and offer.element.restrictions.strange)


def _pointer(period: Period) -> str:
    return f"/charging_periods/{period.index}"


def _why(period: Period, others: Sequence[Offer | None], *, clock: bool) -> tuple[Code, str]:
    if any(_is_strange(offer) for offer in others):
        return Code.UNKNOWN_RESTRICTION, "A price depends on a restriction that no version of OCPI has."
    if period.start is None:
        return Code.DATE_PLACEHOLDER, "A price depends on a moment that the document does not know."
    if not clock and any(asks_time(offer.element.restrictions) for offer in others if offer):
        return Code.TIME_ZONE_UNKNOWN, "A price depends on local time, and nobody says the time zone."
    message = "A price depends on current or power, which the period does not state."
    return Code.RESTRICTION_INPUT_MISSING, message
