"""What a price component costs per unit without and with taxes, in all versions."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from ocn.tariffs.model import Component, Dimension, Tariff, TaxMode
from ocn.tariffs.policy import MissingVat, Policy
from ocn.tariffs.result import Amount

_UNITS: Final = {Dimension.TIME: 3600, Dimension.PARKING_TIME: 3600}
"""Prices per hour are billed by the second."""


def names_a_rate(tariff: Tariff) -> bool:
    """Whether any component of a tariff has ``vat``."""
    return any(component.vat is not None for element in tariff.elements for component in element.components)


def rate_of(component: Component, tariff: Tariff, policy: Policy) -> Decimal | None:
    """Return the percentage that a component is taxed with; None where there is none, or none known."""
    if tariff.tax in (TaxMode.UNKNOWN, TaxMode.NONE):
        return None
    return component.vat if policy.vat_for_all is None else policy.vat_for_all


def unit_price(component: Component, tariff: Tariff, policy: Policy, *, rates: bool) -> Amount:
    """Return the price of one kWh, one second or one FLAT; ``rates``: whether the tariff names any."""
    rate, tax = rate_of(component, tariff, policy), tariff.tax
    if rate is None and tax is not TaxMode.UNKNOWN and _owes_none(component.price, policy, rates=rates):
        tax = TaxMode.NONE
    return _per_unit(component.price, rate, tax, _UNITS.get(component.kind, 1))


@lru_cache(maxsize=4096)
def _per_unit(price: Decimal, rate: Decimal | None, tax: TaxMode, units: int) -> Amount:
    """Compute it; a hub meets the same prices again and again."""
    given = Fraction(price) / units
    if tax is TaxMode.NONE:
        return Amount(given, given)
    if rate is None:
        return Amount(None, given) if tax is TaxMode.INCLUDED else Amount(given, None)
    factor = 1 + Fraction(rate) / 100
    if tax is TaxMode.ADDED:
        return Amount(given, given * factor)
    return Amount(given / factor, given)


def _owes_none(price: Decimal, policy: Policy, *, rates: bool) -> bool:
    """Whether a component without rate is known to be taxed with nothing, as every price of 0 is."""
    if not price or policy.missing_vat is MissingVat.NOT_DUE:
        return True
    return policy.missing_vat is MissingVat.BY_TARIFF and rates
