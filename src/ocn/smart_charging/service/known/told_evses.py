"""What a CPO says that an EVSE gives, for those that the site file does not have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ocn.smart_charging.numbers import number

_MOST_AMPS, _MOST_KW = Decimal(1000), Decimal(5000)
_PHASES = 3


@dataclass(frozen=True, slots=True)
class ToldEvse:
    """The most of all its connectors; None where none says so."""

    amps: Decimal | None = None
    """Of alternating current, on each phase."""
    dc_kw: Decimal | None = None

    def ac_kw(self, voltage: Decimal) -> Decimal:
        """Return what it gives of alternating current, on all phases."""
        return (self.amps or Decimal(0)) * voltage * _PHASES / 1000


def told_evse(connectors: Iterable[Mapping[str, Any]]) -> ToldEvse:
    """Read Connectors of OCPI; numbers that cannot be meant are passed over."""
    amps: list[Decimal] = []
    kws: list[Decimal] = []
    for each in connectors:
        most_amps, volts = number(each.get("max_amperage")), number(each.get("max_voltage"))
        watts = number(each.get("max_electric_power"))
        if each.get("power_type") != "DC":
            amps += [] if most_amps is None else [most_amps]
        elif watts is not None:
            kws.append(watts / 1000)
        elif most_amps is not None and volts is not None:
            kws.append(most_amps * volts / 1000)
    return ToldEvse(_most(amps, _MOST_AMPS), _most(kws, _MOST_KW))


def _most(found: list[Decimal], bound: Decimal) -> Decimal | None:
    usable = [each for each in found if 0 < each <= bound]
    return max(usable, default=None)
