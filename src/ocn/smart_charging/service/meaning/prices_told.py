"""Which prices a site is planned by, and why not by those of a tariff, as an operator is told: once."""

from collections import Counter
from collections.abc import Iterable

from ocn.smart_charging.service.meaning.pricing import CarPrices, PricedBy, SitePrices
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.view import EventKind

_MOST = 1000
"""So many tariffs are remembered; of more, those told of first are told of again."""


class PricesTold:
    """Says what is new: of the site's own prices, and of each tariff that a car would go by."""

    def __init__(self, served: ServedSite) -> None:
        self._served = served
        self._said: dict[str, str] = {}

    def news(self, own: SitePrices, cars: Iterable[CarPrices]) -> list[tuple[EventKind, str]]:
        """Return what was not said before."""
        told = {"": self._of_site(own)}
        # What is amiss comes last, so that it has the word.
        for each in sorted(cars, key=lambda prices: prices.silent_because or ""):
            if each.tariff is not None:
                told[each.tariff] = _of_tariff(each)
        new = [(kind, line) for name, (kind, line) in told.items() if self._said.get(name) != line]
        for name, (_, line) in told.items():
            self._said.pop(name, None)
            self._said[name] = line
        self._said = dict(list(self._said.items())[-_MOST:])
        return new

    def _of_site(self, own: SitePrices) -> tuple[EventKind, str]:
        if self._served.prices is None:
            return EventKind.TOLD, "the site has no prices of its own: cars that wait go by their tariffs"
        if own.eur_per_kwh is None:
            line = "the site's own prices say nothing of now or later: is the price file there, and of today?"
            return EventKind.WARNING, f"{line} Meanwhile cars that wait go by their tariffs"
        if own.eur_per_kwh[0] is not None:
            line = "the site goes by prices of its own, and who wants it cheap by the tariff of the connector"
            return EventKind.TOLD, line
        return EventKind.WARNING, "the site's own prices say nothing of now: is the price file of today?"


def _of_tariff(prices: CarPrices) -> tuple[EventKind, str]:
    if prices.silent_because is None:
        return EventKind.TOLD, f"{prices.tariff} says prices: who goes by it is planned by them"
    instead = "the prices of the site" if prices.by is PricedBy.SITE else "no prices, hours all alike"
    line = f"{prices.tariff} says no prices to plan by: {prices.silent_because}"
    return EventKind.WARNING, f"{line}; who would go by it goes by {instead}"


def prices_in_use(cars: Iterable[CarPrices]) -> tuple[str, ...]:
    """Say by what how many cars are planned, what most go by first."""
    names = Counter(
        each.tariff if each.by is PricedBy.TARIFF and each.tariff else str(each.by) for each in cars
    )
    return tuple(f"{name} ({count})" for name, count in names.most_common())
