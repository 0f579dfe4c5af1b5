"""Plan the charging of a site by prices and limits, so that no fuse is exceeded and nobody drives off empty.

In come a site (its tree of fuses, limits over time, EVSEs), the sessions that are plugged in, what their
drivers asked for, and prices; out go plans as values: what every car gets now, what it is meant to get later,
and why. ``planning`` decides and is pure; ``site`` and ``prices`` read what a CPO writes down; ``profiles``
writes plans as OCPI charging profiles with a safe end, and ``dispatch`` brings them to charge points so that
no fuse is exceeded on the way; ``service`` is the party that a CPO hires, ``page`` what it shows, ``oscp``
where a grid operator tells it limits. ``controller`` answers simulators line by line; ``simulation`` makes up
sites and compares; ``files`` reads what lies on the disk. The room knows nothing of nodes, and of the network
only what a party may.

A hired planner begins at ``service``, a simulator's at ``controller``; both plan by ``planning.replanner``.
"""
