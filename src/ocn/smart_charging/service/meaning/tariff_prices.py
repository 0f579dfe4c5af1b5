"""The prices that a driver pays, as prices to plan by: a tariff of OCPI as a :class:`PriceSource`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ocn.party.json_text import JsonObject
from ocn.smart_charging.slots import Slots
from ocn.tariffs import Amount, TariffError, as_decimal, curve

_DECIMALS = 6


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
        """See :class:`ocn.smart_charging.prices.PriceSource`.

        All unknown where the tariff is unreadable; one that depends on a restriction nobody knows is, too.
        """
        try:
            found = curve(
                self.tariff, self.zone, slots.start, slots.count, slots.minutes, power_kw=self.power_kw
            )
        except TariffError:
            return (None,) * slots.count
        return tuple(_price(each.per_kwh(self.power_kw)) for each in found)


def _price(amount: Amount) -> Decimal | None:
    """Without taxes; where only the price with them is known, with them."""
    known = amount.incl if amount.excl is None else amount.excl
    return None if known is None else as_decimal(known, _DECIMALS)
