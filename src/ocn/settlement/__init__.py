"""Pay for charging while it happens: terms, vouchers, claims and books of one party.

In come requests of charge point operators and vouchers of providers, over the custom module
``ocn-settlement`` of a party (:mod:`ocn.party`), and the events of the contract; out go vouchers, claims and
cases. The room prices with :mod:`ocn.tariffs` and reaches the chain through :mod:`ocn.chain`; it knows
nothing of how a node works.
"""
