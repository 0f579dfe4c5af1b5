"""Follow contracts: read their events as the chain grows, and take back what it takes back.

In come the blocks and events of a chain; out goes word of what became of them. This room knows no contract.
"""
