"""Whether a running session charges for more than it has: a price is computed from its periods alone.

Less is no contradiction: periods lag behind the meter.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.ocpi.timestamps import format_datetime
from ocn.tariffs import Record

_KWH_EACH: Final = Decimal("0.001")
"""By which the energy of a period may be rounded up, and that of the whole down."""
_HOURS_EACH: Final = Fraction(1, 100)
_HOUR: Final = timedelta(hours=1)


def too_much(read: Record, stated_at: datetime) -> str:
    """Say what its periods have that the session has not, as of when it was told; empty for nothing."""
    session = read.session
    late = next((each.start for each in session.periods if each.start and each.start > stated_at), None)
    if late is not None:
        return f"a period begins at {format_datetime(late)}, after the session was told"
    kwh = sum((each.energy or Decimal(0) for each in session.periods), Decimal(0))
    claimed = session.claimed.energy or Decimal(0)
    if kwh > claimed + _KWH_EACH * (len(session.periods) + 1):
        return f"its periods have {kwh:f} kWh and the session {claimed:f} kWh"
    used = sum((each.time or Decimal(0)) + (each.parking or Decimal(0)) for each in session.periods)
    reserved = sum(each.reservation or Decimal(0) for each in session.periods)
    begun = session.start or stated_at
    first = min([begun, *(each.start for each in session.periods if each.start)])
    for hours, since in ((used, begun), (used + reserved, first)):
        if Fraction(hours) > Fraction((stated_at - since) / _HOUR) + _HOURS_EACH * len(session.periods):
            return f"its periods have {hours:f} hours, since {format_datetime(since)}"
    return ""
