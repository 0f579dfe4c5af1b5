"""EVM chains: a JSON-RPC client, contracts, transactions, keys, and the embedded development chain.

In come contract calls as Python values and keys from files or the environment; out go values, receipts and
one tree of errors (:mod:`ocn.chain.errors`). This room knows Ethereum and nothing of OCPI: who a party is and
what a registry means is the business of :mod:`ocn.registry`.
"""
