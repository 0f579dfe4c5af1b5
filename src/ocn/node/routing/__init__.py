"""Where the receiver lives, and what of the request must be rewritten.

Enters: ``Permitted``. Leaves: ``Routed``. The local platforms and the local index of the registry answer
the first question; nothing here asks the chain or opens a connection. The second is about addresses only:
a ``response_url`` becomes one of this node's own, and an address that this node handed out earlier becomes
the one it stands for.
"""
