"""What a price component costs per unit without and with taxes, in all versions."""

from decimal import Decimal
from fractions import Fraction
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
    price = Fraction(component.price) / _UNITS.get(component.kind, 1)
    if tariff.tax is TaxMode.UNKNOWN:
        return Amount(price, None)
    rate = rate_of(component, tariff, policy)
    if tariff.tax is TaxMode.NONE or (rate is None and not _unknown(price, policy, rates=rates)):
        return Amount(price, price)
    if rate is None:
        return Amount(price, None) if tariff.tax is TaxMode.ADDED else Amount(None, price)
    factor = 1 + Fraction(rate) / 100
    if tariff.tax is TaxMode.ADDED:
        return Amount(price, price * factor)
    return Amount(price / factor, price)


def _unknown(price: Fraction, policy: Policy, *, rates: bool) -> bool:
    """Whether the tax of a component without rate is unknown; on a price of 0 it is 0."""
    if not price or policy.missing_vat is MissingVat.NOT_DUE:
        return False
    return policy.missing_vat is MissingVat.UNKNOWN or not rates
