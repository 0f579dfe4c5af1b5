"""What energy costs whom: the site by its own prices, a driver by the tariff of the connector."""

from decimal import Decimal

from ocn.smart_charging.prices import PriceSource, planned_prices
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.meaning.guests import Guest
from ocn.smart_charging.service.meaning.tariff_prices import TariffPrices
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.slots import Slots

_LEAST_KW = Decimal("0.1")


def prices_for(
    guest: Guest, served: ServedSite, memory: Memory, slots: Slots, real: Slots
) -> tuple[float, ...] | None:
    """Return a car's own prices, over slots that are ``real`` in real time; None where it goes by the site's.

    For who is not known to wait every hour costs the same, so nothing keeps it waiting. Who asked to charge
    cheaply goes by the tariff it will be billed by; so does everybody at a site without prices of its own.
    Who wants it green goes by carbon, where that is known. A tariff that says no price for any slot is none:
    nothing would be free by it.
    """
    if not guest.need.waits:
        return (0.0,) * slots.count
    if goes_by_carbon(guest, served):
        return planned_prices(served.carbon, real)
    if guest.need.profile != "CHEAP" and served.prices is not None:
        return None
    tariff = _tariff(guest, served, memory)
    if tariff is None or all(price is None for price in tariff.eur_per_kwh(slots)):
        return None
    return planned_prices(tariff, slots)


def goes_by_carbon(guest: Guest, served: ServedSite) -> bool:
    """Whether a car waits for hours with less carbon, and not for those that cost less."""
    return guest.need.waits and guest.need.profile == "GREEN" and served.carbon is not None


def _tariff(guest: Guest, served: ServedSite, memory: Memory) -> PriceSource | None:
    cpo = guest.stay.cpo.key
    ids = memory.sites.tariff_ids.get((cpo, guest.stay.evse_uid.casefold()), ())
    for tariff_id in (guest.stay.tariff_id, *ids):
        found = memory.sites.tariffs.get((cpo, tariff_id.casefold())) if tariff_id else None
        if found is not None:
            most_kw = Decimal(str(round(guest.outlet.most * guest.outlet.step_kw, 3)))
            return TariffPrices(found, served.site.zone.key, max(_LEAST_KW, most_kw))
    return None
