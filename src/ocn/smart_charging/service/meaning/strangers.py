"""Cars that stand nobody knows at which fuse, so they count at the top.

Their EVSEs are not in the site file, or their CPO names none.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ocn.smart_charging.planning.problem import Outlet, Phase
from ocn.smart_charging.service.known.stays import NO_EVSE, Stay
from ocn.smart_charging.service.known.told_evses import ToldEvse
from ocn.smart_charging.site.model import Current, Evse, Site
from ocn.smart_charging.site.wiring import Wiring

_ASSUMED_AMPS = Decimal(32)
"""On each phase, where the CPO does not say what its connectors give."""


def stranger_evse(stay: Stay, told: Mapping[str, ToldEvse], site: Site) -> Evse:
    """Return where a car stands that the site file does not have, of which ``told`` is what its CPO says.

    Where no EVSE is named it may be any of the site, so it counts as the one that gives most.
    """
    if stay.names_evse:
        return _made_of(stay.evse_uid, told.get(stay.evse_uid.casefold(), ToldEvse()), site)
    others = [_made_of(NO_EVSE, each, site) for each in (ToldEvse(), *told.values())]
    most = max((*others, *site.evses), key=lambda evse: _kw(evse, site))
    return replace(most, id=NO_EVSE, max_kw=most.max_kw if most.current is Current.DC else None)


def stranger_outlet(evse: Evse, stay: Stay, wiring: Wiring) -> Outlet:
    """Return all it gives, and no less than a car draws there, as a load of every fuse at the top."""
    tops = [fuse.name for fuse in wiring.site.fuses if fuse.parent is None]
    outlets = [wiring.outlet(replace(evse, fuse=top, phases=tuple(Phase), rotation=None)) for top in tops]
    first = outlets[0]
    drawn = math.ceil(float(stay.power_kw or 0) / first.step_kw)
    loads = tuple(load for outlet in outlets for load in outlet.loads)
    return replace(first, most=max(first.most, drawn), loads=loads)


def fault_of_stranger(stay: Stay, evse: Evse, wiring: Wiring) -> str:
    """Say what an operator should know of it, in one line that stays the same."""
    outlet = wiring.outlet(evse)
    most = f"{outlet.most * outlet.step_kw:.1f} kW, or what it draws if that is more,"
    counts = f"{most} count at the top fuse, and cannot be limited"
    if not stay.names_evse:
        return f"its CPO names no EVSE of it: {counts}; ask the CPO to name it in its sessions"
    return f"the site file has no EVSE {evse.id[:60]!r}: {counts}; add it to the site file"


def _made_of(uid: str, told: ToldEvse, site: Site) -> Evse:
    top = next(fuse.name for fuse in site.fuses if fuse.parent is None)
    if told.dc_kw is not None and told.dc_kw >= told.ac_kw(site.voltage):
        return Evse(uid, top, Current.DC, tuple(Phase), None, max_kw=told.dc_kw)
    return Evse(uid, top, Current.AC, tuple(Phase), None, max_amps=told.amps or _ASSUMED_AMPS)


def _kw(evse: Evse, site: Site) -> Decimal:
    """What it gives at most, if on all phases; one phase is loaded with a third of it, or more."""
    if evse.current is Current.DC:
        return evse.max_kw or Decimal(0)
    return evse.max_amps * site.voltage * len(Phase) / 1000
