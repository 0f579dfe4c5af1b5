"""Another party that limits a car, too: what it lets through, for whoever reads why a car gets so little."""

from datetime import datetime

from ocn.smart_charging.dispatch.standing import Standing


def by_another(standing: Standing | None, step_kw: float, now: datetime) -> str:
    """Return what is added to a line on a car; nothing where nobody else holds it lower now."""
    if standing is None or standing.limited_by_others is None or standing.confirmed is None:
        return ""
    steps = standing.limited_by_others.at(now)
    if steps >= standing.confirmed.at(now):
        return ""
    return f"; another party lets it draw {steps * step_kw:.1f} kW at most: is there a second planner?"
