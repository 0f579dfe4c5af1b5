"""A day of smart charging over the network: two sites full of cars, an eMSP, and a planner that they hire.

What lives here: a CPO that is one charging site on a stepped clock (:mod:`~ocn.simulation.smart.site_cpo`),
the cars and wishes of a made-up day (:mod:`~ocn.simulation.smart.cars`), the day itself
(:mod:`~ocn.simulation.smart.day`) and what came of it (:mod:`~ocn.simulation.smart.outcome`).

What enters: a seed, and a network to play on. What leaves: OCPI messages, and figures from the CPOs' meters.
It knows the planner only as a party and by its facade; what it is measured by, the planner does not see.
"""
