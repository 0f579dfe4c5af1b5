"""The prices that a driver pays, as prices to plan by: a tariff of OCPI as a :class:`PriceSource`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ocn.party.json_text import JsonObject
from ocn.smart_charging.numbers import shown
from ocn.smart_charging.slots import Slots
from ocn.tariffs import Amount, TariffError, as_decimal, curve

_DECIMALS = 6
_CURRENCY = "EUR"
"""All that prices are weighed against is in it."""


@dataclass(frozen=True, slots=True)
class ToldPrices:
    """What a tariff says of some slots; None where it says nothing."""

    eur_per_kwh: tuple[Decimal | None, ...]
    silent_because: str | None = None
    """Why it says nothing of any slot."""


@dataclass(frozen=True, slots=True)
class TariffPrices:
    """What a kWh costs by a tariff at a power, the time it takes included.

    A session is imagined that begins with the slots and charges with this power all along: restrictions on
    its length and energy count from there, those on current take what the power is at 230 V.
    """

    tariff: JsonObject = field(repr=False)
    zone: str
    power_kw: Decimal

    def eur_per_kwh(self, slots: Slots) -> Sequence[Decimal | None]:
        """See :class:`ocn.smart_charging.prices.PriceSource`."""
        return self.told(slots).eur_per_kwh

    def told(self, slots: Slots) -> ToldPrices:
        """Return the prices; where it is unreadable, or leaves open what nobody knows, why there are none."""
        nothing, currency = (None,) * slots.count, self.tariff.get("currency")
        if currency != _CURRENCY:
            return ToldPrices(nothing, f"its currency is {shown(currency)}, and plans weigh {_CURRENCY}")
        try:
            found = curve(
                self.tariff, self.zone, slots.start, slots.count, slots.minutes, power_kw=self.power_kw
            )
        except TariffError as error:
            return ToldPrices(nothing, f"it cannot be used: {error.message}")
        prices = tuple(_price(each.per_kwh(self.power_kw)) for each in found)
        if any(price is not None for price in prices):
            return ToldPrices(prices)
        open_to = sorted({str(unstated) for each in found for unstated in each.depends_on})
        return ToldPrices(nothing, f"its prices depend on what nobody knows ({', '.join(open_to)})")


def _price(amount: Amount) -> Decimal | None:
    """Without taxes; where only the price with them is known, with them."""
    known = amount.incl if amount.excl is None else amount.excl
    return None if known is None else as_decimal(known, _DECIMALS)
