"""What a session costs by its tariff, for tariffs without restrictions (OCPI 2.2.1 mod_tariffs).

Enough for the tariffs of :mod:`ocn.simulation.fleet` and exact: FLAT once, ENERGY, TIME and PARKING_TIME by
volume, step_size once per session (where parking is priced only parking is rounded, else time), VAT by
component. A tariff with restrictions is refused rather than priced wrongly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from ocn.errors import OcnError
from ocn.ocpi.objects import Price, PriceComponent, Tariff
from ocn.simulation.charging import Activity, Stretch
from ocn.simulation.rounding import number

_SECONDS_PER_HOUR = 3600
_WH_PER_KWH = 1000
_MICROSECONDS = 1_000_000
_UNIT = MappingProxyType(
    {"ENERGY": _WH_PER_KWH, "TIME": _SECONDS_PER_HOUR, "PARKING_TIME": _SECONDS_PER_HOUR}
)


class TariffNotPriceable(OcnError):
    """The tariff has parts that this small engine does not price."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money without and with VAT, exact."""

    excl_vat: Fraction = Fraction(0)
    incl_vat: Fraction = Fraction(0)

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.excl_vat + other.excl_vat, self.incl_vat + other.incl_vat)

    def as_price(self) -> Price:
        """Write the OCPI Price, four decimals."""
        return {"excl_vat": _decimal(self.excl_vat), "incl_vat": _decimal(self.incl_vat)}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a session costs, by part."""

    fixed: Amount
    energy: Amount
    time: Amount
    parking: Amount

    @property
    def total(self) -> Amount:
        """The sum of the parts."""
        return self.fixed + self.energy + self.time + self.parking


def price(tariff: Tariff, stretches: Sequence[Stretch]) -> Cost:
    """Price what was metered.

    Raises:
        TariffNotPriceable: the tariff has restrictions, limits or dimensions that are not priced here.
    """
    components = _components(tariff)
    if not stretches:
        return Cost(Amount(), Amount(), Amount(), Amount())
    volumes = {
        "ENERGY": sum((Fraction(s.energy_wh) for s in stretches), Fraction(0)),
        "TIME": _seconds(stretches, Activity.CHARGING),
        "PARKING_TIME": _seconds(stretches, Activity.PARKED),
    }
    rounds_parking = "PARKING_TIME" in components and volumes["PARKING_TIME"] > 0

    def part(kind: str) -> Amount:
        component = components.get(kind)
        if component is None:
            return Amount()
        rounded = kind != "TIME" or not rounds_parking
        volume = _in_steps(volumes[kind], int(component["step_size"])) if rounded else volumes[kind]
        return _amount(component, volume / _UNIT[kind])

    fixed = _amount(components["FLAT"], Fraction(1)) if "FLAT" in components else Amount()
    return Cost(fixed, part("ENERGY"), part("TIME"), part("PARKING_TIME"))


def _components(tariff: Tariff) -> dict[str, PriceComponent]:
    found: dict[str, PriceComponent] = {}
    unpriced = {"min_price", "max_price"} & tariff.keys()
    for element in tariff["elements"]:
        if element.get("restrictions"):
            unpriced.add("restrictions")
        for component in element["price_components"]:
            found.setdefault(component["type"], component)
    unpriced |= found.keys() - {"FLAT", *_UNIT}
    if unpriced:
        raise TariffNotPriceable(f"tariff {tariff['id']} has {', '.join(sorted(unpriced))}")
    return found


def _seconds(stretches: Iterable[Stretch], activity: Activity) -> Fraction:
    moments = (s.duration for s in stretches if s.activity is activity)
    micro = sum(d.days * 86_400 * _MICROSECONDS + d.seconds * _MICROSECONDS + d.microseconds for d in moments)
    return Fraction(micro, _MICROSECONDS)


def _in_steps(volume: Fraction, step: int) -> Fraction:
    return Fraction(-(-volume // step) * step) if step > 0 else volume


def _amount(component: PriceComponent, volume: Fraction) -> Amount:
    net = Fraction(component["price"]) * volume
    vat = component.get("vat")
    return Amount(net, net if vat is None else net * (1 + Fraction(vat) / 100))


def _decimal(amount: Fraction) -> Decimal:
    return number(Decimal(amount.numerator) / Decimal(amount.denominator))
