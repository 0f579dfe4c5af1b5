"""Cars at EVSEs that the site file does not have: nobody knows at which fuse, so they count at the top."""

import math
from dataclasses import replace
from decimal import Decimal

from ocn.smart_charging.planning.problem import Outlet, Phase
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.known.told_evses import ToldEvse
from ocn.smart_charging.site.model import Current, Evse, Site
from ocn.smart_charging.site.wiring import Wiring

_ASSUMED_AMPS = Decimal(32)
"""On each phase, where the CPO does not say what its connectors give."""


def stranger_evse(uid: str, told: ToldEvse | None, site: Site) -> Evse:
    """Make an EVSE of what its CPO says of it; it stands at the first fuse at the top."""
    top = next(fuse.name for fuse in site.fuses if fuse.parent is None)
    told = told or ToldEvse()
    if told.dc_kw is not None and told.dc_kw >= told.ac_kw(site.voltage):
        return Evse(uid, top, Current.DC, tuple(Phase), None, max_kw=told.dc_kw)
    return Evse(uid, top, Current.AC, tuple(Phase), None, max_amps=told.amps or _ASSUMED_AMPS)


def stranger_outlet(evse: Evse, stay: Stay, wiring: Wiring) -> Outlet:
    """Return all it gives, and no less than a car draws there, as a load of every fuse at the top."""
    tops = [fuse.name for fuse in wiring.site.fuses if fuse.parent is None]
    outlets = [wiring.outlet(replace(evse, fuse=top)) for top in tops]
    first = outlets[0]
    drawn = math.ceil(float(stay.power_kw or 0) / first.step_kw)
    loads = tuple(load for outlet in outlets for load in outlet.loads)
    return replace(first, most=max(first.most, drawn), loads=loads)
