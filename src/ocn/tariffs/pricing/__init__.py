"""A record and a policy to a price: which price applies when, blocks, sums, taxes, limits, and bounds.

``compute`` prices what was read, ``price`` reads too and finds the bounds. Nothing here knows what a document
claims to cost.
"""
