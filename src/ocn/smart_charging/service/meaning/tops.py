"""What the fuses at the top of a site let through, to be shown as one line."""

from collections.abc import Sequence

from ocn.smart_charging.planning.problem import Limit
from ocn.smart_charging.site.model import Site

_NO_LIMIT_KW = 1e6
"""More than any site has: the limit is none."""


def top_kw(site: Site, limits: Sequence[Limit], slot: int) -> float | None:
    """Return the power of all tops together, of each the lower of power and phases; None: no limit."""
    total = 0.0
    for fuse in site.fuses:
        if fuse.parent is not None:
            continue
        mine = [limit for limit in limits if limit.fuse == fuse.name]
        found = [limit.amounts[slot] * limit.unit_kw for limit in mine if limit.phase is None]
        phases = [limit.amounts[slot] * limit.unit_kw for limit in mine if limit.phase is not None]
        least = min([*found, *([sum(phases)] if phases else [])], default=_NO_LIMIT_KW)
        if least >= _NO_LIMIT_KW:
            return None
        total += least
    return total
