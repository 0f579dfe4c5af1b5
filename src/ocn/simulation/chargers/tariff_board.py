"""The four tariffs of a simulated CPO, such as operators have: by kWh, by the hour, by the session, bounded.

Times of day are those of the country. All amounts are in its currency, its VAT comes on top.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from ocn.ocpi.objects import Price, PriceComponent, Tariff, TariffElement
from ocn.ocpi.objects.tariffs import TariffRestrictions
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.chargers.places import Country
from ocn.tariffs import as_decimal

_DAYTIME: TariffRestrictions = {"start_time": "07:00", "end_time": "21:00"}


def tariffs_of(party: PartyId, country: Country, since: datetime) -> tuple[Tariff, ...]:
    """Build the tariffs of a CPO; they are fresh and belong to the caller."""
    board = _Board(party, country, since)
    return (board.by_energy(), board.by_time(), board.by_session(), board.bounded())


class _Board:
    def __init__(self, party: PartyId, country: Country, since: datetime) -> None:
        self._party = party
        self._country = country
        self._since = since

    def by_energy(self) -> Tariff:
        return self._tariff(
            "1",
            "Start 0.50, then by kWh: 0.49 from 7 to 21 h, 0.39 at night",
            self._element(("FLAT", "0.50", 1)),
            self._element(("ENERGY", "0.49", 100), when=_DAYTIME),
            self._element(("ENERGY", "0.39", 100)),
        )

    def by_time(self) -> Tariff:
        return self._tariff(
            "2",
            "Start 0.50, 2.00 per hour of charging; parking 6.00 per hour from 7 to 21 h",
            self._element(("FLAT", "0.50", 1), ("TIME", "2.00", 900)),
            self._element(("PARKING_TIME", "6.00", 300), when=_DAYTIME),
        )

    def by_session(self) -> Tariff:
        return self._tariff("3", "One price a session", self._element(("FLAT", "8.00", 1)))

    def bounded(self) -> Tariff:
        tariff = self._tariff(
            "4", "0.59 per kWh, at least 3.00 and at most 20.00", self._element(("ENERGY", "0.59", 1))
        )
        return {**tariff, "min_price": self._with_vat("3.00"), "max_price": self._with_vat("20.00")}

    def _tariff(self, tariff_id: str, text: str, *elements: TariffElement) -> Tariff:
        return {
            "country_code": self._party.country_code,
            "party_id": self._party.party_id,
            "id": tariff_id,
            "currency": self._country.currency,
            "type": "REGULAR",
            "tariff_alt_text": [{"language": "en", "text": text}],
            "elements": list(elements),
            "last_updated": format_datetime(self._since),
        }

    def _element(
        self, *components: tuple[str, str, int], when: TariffRestrictions | None = None
    ) -> TariffElement:
        element: TariffElement = {"price_components": self._components(components)}
        return element if when is None else {**element, "restrictions": {**when}}

    def _components(self, components: Sequence[tuple[str, str, int]]) -> list[PriceComponent]:
        return [
            {"type": kind, "price": Decimal(price), "vat": self._country.vat_percent, "step_size": step}
            for kind, price, step in components
        ]

    def _with_vat(self, net: str) -> Price:
        gross = Fraction(net) * (1 + Fraction(self._country.vat_percent) / 100)
        return {"excl_vat": Decimal(net), "incl_vat": as_decimal(gross)}
