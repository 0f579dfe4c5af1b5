"""What two parties owe each other, as values and decisions: vouchers, evidence, terms, books.

In come requests, relayed documents, prices and what the chain says, all as frozen values; out go decisions
and the vouchers to sign. Pure: no I/O, no clock, no storage. The rooms around it fetch and keep what this
one decides about.
"""
