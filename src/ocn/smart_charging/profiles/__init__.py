"""What one session may draw over time: courses, made of plans, written to OCPI and read from it.

In come plans, limits and OCPI profiles; out go courses and OCPI profiles, all of them values. A course is a
limit, not a target, and its last step holds for ever: that is what stays in force when nobody plans any more.
The room does no I/O, and knows neither who sends courses nor whether anybody obeys.
"""
