"""What a chart shows, for those who do not see it."""

from ocn.smart_charging.page.local_times import LocalTimes
from ocn.smart_charging.service.view import Series, SiteView


def described(
    view: SiteView, times: LocalTimes, limit: Series, planned: Series, measured: Series, over: int
) -> str:
    """Say it; ``over`` is in how many slots more was measured than the limit."""
    starts = view.starts()
    when = f"from {times.full(starts[0])} on, in {view.slots} slots of {view.slot_minutes} minutes"
    parts = [f"Power of {len(view.cars)} cars {when}."]
    limits = [value for value in limit if value is not None]
    if limits:
        parts.append(f"The limit lies between {min(limits):,.1f} and {max(limits):,.1f} kW.")
    for what, row in (("measured", measured), ("planned", planned)):
        most = (
            max((value, -slot) for slot, value in enumerate(row) if value is not None) if any(row) else None
        )
        if most is not None:
            parts.append(f"The most {what} is {most[0]:,.1f} kW at {times.day_and_clock(starts[-most[1]])}.")
    if over:
        parts.append(f"In {over} slots more was measured than the limit.")
    parts.append("The table of cars below has the same, and why.")
    return " ".join(parts)
