"""Bring courses to charge points so that no fuse is exceeded at any moment, whatever becomes of the messages.

``Ledger`` is pure: it knows of every session what may be in force at its charge point, and so which message
can go now. ``Dispatcher`` sends what may go over the port ``Chargers``, awaits results, backs off and tries
again, and has everything stored before it is sent. In come wanted courses, results and what CPOs tell of
their own accord; out go OCPI charging profiles, and reports. The room knows neither the network nor planning.

The law: if charge points obey what they accepted, then at no moment is a fuse over its limit, as far as every
car on it has a confirmed course, whichever of the messages under way arrive, and when.
"""
