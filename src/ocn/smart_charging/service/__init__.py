"""Plan sites over the network: a party of role SCSP that hears, plans, sends limits, and shows what it does.

In come copies of what CPOs and eMSPs send (as far as they permit it in the registry), what is read from CPOs,
and limits pushed from outside; out go charging profiles, and a view of every site. It is a party like any
other: it knows the party kit and no node. ``smart_charging`` is the file to read first, ``view`` the second.
Safety is not its business: fuses and the CPO's own load management stay where they are.
"""
