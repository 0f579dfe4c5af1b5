"""Who is calling? Tokens of platforms, signatures of nodes, signatures of parties.

Enters: ``Received``. Leaves: ``Authenticated``. "Is this signature valid, and whose is it" is decided
here; "does anybody demand one" belongs to ``rules``.
"""
