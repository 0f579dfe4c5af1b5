"""Coordinates with exactly six decimals, as 2.1.1 wants them; its successors allow five to seven."""

import re
from decimal import ROUND_HALF_EVEN, Decimal

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject

_DECIMALS = 6
_MILLIONTH = Decimal(1).scaleb(-_DECIMALS)
_DEGREES = re.compile(r"-?[0-9]{1,3}\.([0-9]{1,30})")


def six_decimals(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Pad or round latitude and longitude of a GeoLocation; the rest of it stays."""
    result = value
    for name in ("latitude", "longitude"):
        text = value.get(name)
        if type(text) is not str or (degrees := _DEGREES.fullmatch(text)) is None:
            continue
        decimals = len(degrees[1])
        if decimals == _DECIMALS:
            continue
        if result is value:
            result = dict(value)
        if decimals < _DECIMALS:
            result[name] = text + "0" * (_DECIMALS - decimals)
            report.synthesised(pointer_to(name), "decimals added: 2.1.1 wants six")
        else:
            result[name] = format(Decimal(text).quantize(_MILLIONTH, ROUND_HALF_EVEN), "f")
            report.dropped(pointer_to(name), "rounded to six decimals")
    return result
