"""How a party becomes known: to its node by a handshake, to the network by its listing in the registry.

In come a node's address and a token, or a signer; out go a registration that is kept, and a listing.
"""
