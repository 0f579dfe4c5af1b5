"""The planner's core: problems in, plans out, both values.

It does no I/O and asks no clock. ``settle`` has the last word and is exact; everything before it only wishes.
Only ``highs`` knows the solver; what it and the arrays for it need (highspy, numpy) may be missing.
"""
