"""Which price a dimension has at a moment: for each dimension the first element that has one and applies.

Different dimensions can come from different elements. 2.1.1 words it as one element for the whole period; the
same rule is used, since otherwise its own complex example would price nothing but the start fee.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from ocn.tariffs.model import Component, Dimension, Element, Reservation, Tariff
from ocn.tariffs.policy import Policy
from ocn.tariffs.pricing.match import Answer, Check, State, answer, asks_readings, asks_time, checks
from ocn.tariffs.pricing.tax import names_a_rate, rate_of, unit_price
from ocn.tariffs.result import Amount


class Offer(NamedTuple):
    """A component of an element, with what it costs per unit; ``rate`` is the percentage in ``unit``."""

    element: Element
    component: Component
    checks: tuple[Check, ...]
    unit: Amount
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Prices:
    """A tariff made ready for many questions under one policy: offers by dimension, in order.

    ``asks_the_clock``: whether any depends on the local time. ``steady``: whether all depend on time and
    energy alone, so that between two edges (:mod:`ocn.tariffs.pricing.edges`) nothing changes.
    """

    tariff: Tariff
    charging: Mapping[Dimension, tuple[Offer, ...]]
    reservation: Mapping[Dimension, tuple[Offer, ...]]
    asks_the_clock: bool
    steady: bool


Selected = tuple[Offer | None, tuple[Offer | None, ...]]
"""The offer that applies, None when the dimension is free; and what could apply as well for all one knows."""


def prices_of(tariff: Tariff, policy: Policy, *, expired: bool) -> Prices:
    """Make a tariff ready; ``expired``: whether a reservation was made and never used.

    Prices for expired reservations then come before those for reservations, wherever they stand (2.2.1
    mod_tariffs, ReservationRestrictionType).
    """
    rates = names_a_rate(tariff)
    charging: dict[Dimension, list[Offer]] = {}
    reserving: dict[Dimension, list[Offer]] = {}
    for element in _in_order(tariff, expired=expired):
        these = checks(element.restrictions) if element.restrictions else ()
        offers = reserving if element.reservation else charging
        seen = set()
        for component in element.components:
            if component.kind not in seen:
                seen.add(component.kind)
                unit = unit_price(component, tariff, policy, rates=rates)
                offer = Offer(element, component, these, unit, rate_of(component, tariff, policy))
                offers.setdefault(component.kind, []).append(offer)
    return Prices(
        tariff,
        _frozen(charging),
        _frozen(reserving),
        any(asks_time(element.restrictions) for element in tariff.elements),
        not any(asks_readings(element.restrictions) for element in tariff.elements),
    )


def select(offers: Sequence[Offer], state: State, answers: dict[int, Answer]) -> Selected:
    """Find the offer for a moment; ``answers`` keeps what elements have answered for this state.

    An element of which nobody can know whether it applies is taken not to; if it costs something else than
    what does apply, it is among the alternatives.
    """
    unknown: list[Offer] | None = None
    for offer in offers:
        found: Answer = True
        if offer.checks:
            index = offer.element.index
            if index in answers:
                found = answers[index]
            else:
                found = answers[index] = answer(offer.checks, offer.element.restrictions, state)
        if found:
            return offer, _others(unknown, offer)
        if found is None:
            unknown = [*(unknown or ()), offer]
    return None, _others(unknown, None)


def costs_of(selected: Selected) -> tuple[object, ...]:
    """Return what a selection costs, such that two that cost the same are equal."""
    offer, others = selected
    return (_costs(offer), *(_costs(other) for other in others))


def price_of(offer: Offer | None) -> Fraction:
    """Return what a unit costs, net where that is known, to tell the cheaper of two."""
    if offer is None:
        return Fraction(0)
    return (offer.unit.incl if offer.unit.excl is None else offer.unit.excl) or Fraction(0)


def _others(unknown: list[Offer] | None, chosen: Offer | None) -> tuple[Offer | None, ...]:
    if unknown is None:
        return ()
    return tuple(offer for offer in unknown if _costs(offer) != _costs(chosen))


def _costs(offer: Offer | None) -> object:
    if offer is None:
        return Decimal(0)
    return offer.component.price and (offer.component.price, offer.component.vat, offer.component.step_size)


def _in_order(tariff: Tariff, *, expired: bool) -> list[Element]:
    if not expired:
        return [
            element
            for element in tariff.elements
            if element.reservation is not Reservation.RESERVATION_EXPIRES
        ]
    return sorted(
        tariff.elements, key=lambda element: element.reservation is not Reservation.RESERVATION_EXPIRES
    )


def _frozen(offers: dict[Dimension, list[Offer]]) -> Mapping[Dimension, tuple[Offer, ...]]:
    return MappingProxyType({kind: tuple(found) for kind, found in offers.items()})
