"""Simulated parties and the local network they live in.

What lives here: charge points and cars that behave physically (:mod:`~ocn.simulation.chargers`), a CPO and an
eMSP with them (:mod:`~ocn.simulation.cpo`, :mod:`~ocn.simulation.emsp`), a whole network of processes
(:mod:`~ocn.simulation.network`), a play that uses all of it (:mod:`~ocn.simulation.play`), and a day of smart
charging (:mod:`~ocn.simulation.smart`).

What enters: OCPI requests by way of :mod:`ocn.party`, and parameters such as the speed of time. What
leaves: OCPI requests, and processes that end when this one does. It must not know the node's insides: the
parties use :mod:`ocn.party` as any stranger would, and nodes are started as programs.
"""
