"""What a charging session costs by its tariff, whether a CDR says so, and if not, why.

In come CDRs, sessions and tariffs of OCPI 2.1.1, 2.2.1 or 2.3.0 as plain JSON whose numbers are decimals,
with a time zone and a policy; out go prices, verdicts and evidence, exact to the last digit. The room is
pure: no I/O, no clock, no floats, no settings. It knows the words of the protocol (:mod:`ocn.ocpi`) and
nothing of money that moves.
"""
