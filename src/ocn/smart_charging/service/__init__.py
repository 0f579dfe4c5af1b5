"""Plan sites over the network: a party of role SCSP that hears, plans, sends limits, and shows what it does.

In come copies of what CPOs and eMSPs send (as far as they permit it in the registry), what is read from CPOs,
and limits pushed from outside; out go charging profiles, and a view of every site. It is a party like any
other: it knows the party kit and no node. Safety is not its business: fuses and the CPO's own load management
stay where they are.

``smart_charging`` is the file to read first, ``view`` the second. Between them, each knowing those above it::

    sites     what is served: sites by CPO and location, what happened at them, what waits to be done
    known     what is kept: sessions, preferences, the past; in memory and in the party's storage
    heard     what comes in: copies, what is read from CPOs, limits from outside, a CPO's clock
    meaning   what that means for a plan: who is there, needs what, takes what, and at which price
    rounds    read, plan, send, again and again
    shown     from all of it to a view

Over them ``assembly`` puts the parts together, and ``grid_operator`` takes what one says of capacity.
"""
