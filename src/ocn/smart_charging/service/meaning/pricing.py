"""What energy costs whom: the site by its own prices, a driver by the tariff of the connector."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ocn.smart_charging.prices import filled, planned_prices
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.meaning.guests import Guest
from ocn.smart_charging.service.meaning.tariff_prices import TariffPrices, ToldPrices
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.slots import Slots

_LEAST_KW = Decimal("0.1")


class PricedBy(StrEnum):
    """What makes one hour better than another for a car."""

    NOTHING = "no prices: they do not wait"
    SITE = "the prices of the site"
    TARIFF = "tariff"
    CARBON = "carbon"


@dataclass(frozen=True, slots=True)
class CarPrices:
    """What a car is planned by."""

    by: PricedBy
    eur_per_kwh: tuple[float, ...] | None = None
    """Slot by slot; None: it goes by the site's."""
    tariff: str | None = None
    """The tariff that it goes by, or would go by if that said any prices, in words."""
    silent_because: str | None = None
    """Why that says none."""


def prices_for(guest: Guest, served: ServedSite, memory: Memory, slots: Slots, real: Slots) -> CarPrices:
    """Return a car's prices, over slots that are ``real`` in real time.

    For who is not known to wait every hour costs the same, so nothing keeps it waiting. Who asked to charge
    cheaply goes by the tariff it will be billed by; so does everybody at a site without prices of its own.
    Who wants it green goes by carbon, where that is known. A tariff that says no price for any slot is none:
    nothing would be free by it.
    """
    if not guest.need.waits:
        return CarPrices(PricedBy.NOTHING, (0.0,) * slots.count)
    if goes_by_carbon(guest, served):
        return CarPrices(PricedBy.CARBON, planned_prices(served.carbon, real))
    if guest.need.profile != "CHEAP" and served.prices is not None:
        return CarPrices(PricedBy.SITE)
    name, told = _tariff(guest, served, memory, slots)
    if told.silent_because is not None:
        return CarPrices(PricedBy.SITE, None, name, told.silent_because)
    return CarPrices(PricedBy.TARIFF, filled(told.eur_per_kwh, slots.minutes), name)


def goes_by_carbon(guest: Guest, served: ServedSite) -> bool:
    """Whether a car waits for hours with less carbon, and not for those that cost less."""
    return guest.need.waits and guest.need.profile == "GREEN" and served.carbon is not None


def _tariff(guest: Guest, served: ServedSite, memory: Memory, slots: Slots) -> tuple[str, ToldPrices]:
    """Return what its tariff is called, and says: that of its session, else the first of its connectors'."""
    cpo = guest.stay.cpo.key
    of_evse = memory.sites.tariff_ids.get((cpo, guest.stay.evse_uid.casefold()), ())
    ids = [each for each in (guest.stay.tariff_id, *of_evse) if each]
    for tariff_id in ids:
        found = memory.sites.tariffs.get((cpo, tariff_id.casefold()))
        if found is not None:
            most_kw = Decimal(str(round(guest.outlet.most * guest.outlet.step_kw, 3)))
            prices = TariffPrices(found, served.site.zone.key, max(_LEAST_KW, most_kw))
            return f"tariff {tariff_id[:60]}", prices.told(slots)
    nothing = (None,) * slots.count
    if ids:
        return f"tariff {ids[0][:60]}", ToldPrices(nothing, f"{guest.stay.cpo} does not tell it")
    return f"the tariff of EVSE {guest.evse.id}", ToldPrices(nothing, f"{guest.stay.cpo} names none")
