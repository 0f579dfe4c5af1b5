"""What energy costs whom: the site by its own prices, a driver by the tariff of the connector."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ocn.smart_charging.prices import filled, known_ahead
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
    NONE = "no prices, for there are none"
    TARIFF = "tariff"
    CARBON = "carbon"


@dataclass(frozen=True, slots=True)
class SitePrices:
    """What the site itself says of the slots ahead; None: nothing of any of them."""

    eur_per_kwh: Sequence[Decimal | None] | None
    carbon: Sequence[Decimal | None] | None

    @classmethod
    def ahead(cls, served: ServedSite, real: Slots) -> "SitePrices":
        """Look them up, over slots in real time."""
        return cls(known_ahead(served.prices, real), known_ahead(served.carbon, real))


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


def prices_for(guest: Guest, own: SitePrices, tariffs: "TariffsAhead", slots: Slots) -> CarPrices:
    """Return a car's prices, at a site with prices of its ``own``.

    For who is not known to wait every hour costs the same, so nothing keeps it waiting. Who asked to charge
    cheaply goes by the tariff it will be billed by; so does everybody at a site without prices of its own.
    Who wants it green goes by carbon, where that is known. What says no price for any slot is none: nothing
    would be free by it.
    """
    if not guest.need.waits:
        return CarPrices(PricedBy.NOTHING, (0.0,) * slots.count)
    if guest.need.profile == "GREEN" and own.carbon is not None:
        return CarPrices(PricedBy.CARBON, filled(own.carbon, slots.minutes))
    if guest.need.profile != "CHEAP" and own.eur_per_kwh is not None:
        return CarPrices(PricedBy.SITE)
    name, told = tariffs.of(guest)
    if told.silent_because is not None:
        by = PricedBy.NONE if own.eur_per_kwh is None else PricedBy.SITE
        return CarPrices(by, None, name, told.silent_because)
    return CarPrices(PricedBy.TARIFF, filled(told.eur_per_kwh, slots.minutes), name)


class TariffsAhead:
    """What tariffs say of the slots ahead, by a site's clocks; each is read once for cars of a power."""

    def __init__(self, memory: Memory, zone: str, slots: Slots) -> None:
        self._memory = memory
        self._zone = zone
        self._slots = slots
        self._told: dict[tuple[str, str, Decimal], ToldPrices] = {}

    def of(self, guest: Guest) -> tuple[str, ToldPrices]:
        """Return what a car's tariff is called, and says: its session's, else its connectors' first."""
        cpo, sites = guest.stay.cpo.key, self._memory.sites
        of_evse = sites.tariff_ids.get((cpo, guest.stay.evse_uid.casefold()), ())
        ids = [each for each in (guest.stay.tariff_id, *of_evse) if each]
        for tariff_id in ids:
            if (cpo, tariff_id.casefold()) in sites.tariffs:
                most_kw = Decimal(str(round(guest.outlet.most * guest.outlet.step_kw, 3)))
                return f"tariff {tariff_id[:60]}", self._at(
                    cpo, tariff_id.casefold(), max(_LEAST_KW, most_kw)
                )
        nothing = (None,) * self._slots.count
        if ids:
            return f"tariff {ids[0][:60]}", ToldPrices(nothing, f"{guest.stay.cpo} does not tell it")
        return f"the tariff of EVSE {guest.evse.id}", ToldPrices(nothing, f"{guest.stay.cpo} names none")

    def _at(self, cpo: str, tariff_id: str, power_kw: Decimal) -> ToldPrices:
        key = cpo, tariff_id, power_kw
        if key not in self._told:
            tariff = self._memory.sites.tariffs[cpo, tariff_id]
            self._told[key] = TariffPrices(tariff, self._zone, power_kw).told(self._slots)
        return self._told[key]
