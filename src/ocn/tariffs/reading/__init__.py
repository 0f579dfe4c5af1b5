"""Documents to values: CDRs, sessions and tariffs of every version become one record.

JSON comes in; what goes out (:mod:`ocn.tariffs.model`) is within all bounds, and an error names its place.
Nothing here knows a price.
"""
